/** What is chosen in the lab, kept valid for the clip that is shown. Nothing here touches the page. */

/** The choices of a link (or the usual ones), with a parameter for every pooling. */
export function firstChoices(settings, view) {
  const parameters = Object.fromEntries(
    view.poolings.map(({ name, parameter }) => [name, parameter?.usual ?? null]),
  );
  if (settings.parameter !== null) parameters[settings.pooling] = settings.parameter;
  const { label, mask, pooling, area, height } = settings;
  return validChoices({ label, mask, pooling, parameters, area, height, axis: "rank" }, view);
}

/** The same choices for another clip: what it does not show gives way to what it does. */
export function validChoices(choices, view) {
  const labels = view.classes.map(({ label }) => label);
  const kinds = [...view.masks.map(({ kind }) => kind), "rectangle"];
  return {
    ...choices,
    label: labels.includes(choices.label) ? choices.label : labels[0],
    mask: kinds.includes(choices.mask) ? choices.mask : kinds[0],
  };
}

/** What Python is told, in the fields of LabSettings. */
export function describeChoices({ label, mask, pooling, parameters, area, height }) {
  return { label, mask, pooling, parameter: parameters[pooling], area, height };
}
