/** What is chosen in the lab, kept valid for the clip that is shown. Nothing here touches the page. */

/** The choices of a link (or the usual ones), with a parameter for every pooling. */
export function firstChoices(settings, view) {
  const parameters = Object.fromEntries(
    view.poolings.map(({ name, parameter }) => [name, parameter?.usual ?? null]),
  );
  if (settings.parameter !== null) parameters[settings.pooling] = settings.parameter;
  const { label, mask, pooling, area, height } = settings;
  const isPoolingChosen = pooling !== (trainedWith(mask, view) ?? "gwrp");
  const first = { label, mask, pooling, parameters, area, height, axis: "rank", isPoolingChosen };
  return validChoices(first, view);
}

/** The pooling that a mask was trained with, or undefined where no system made it. */
function trainedWith(mask, view) {
  return view.poolings.find(({ name }) => name === mask)?.name;
}

/** Choices after a change: a mask brings the pooling it was trained with until one has been chosen. */
export function changedChoices(choices, changes, view) {
  const isPoolingChosen =
    choices.isPoolingChosen || "pooling" in changes || "parameters" in changes;
  const its = isPoolingChosen || !("mask" in changes) ? undefined : trainedWith(changes.mask, view);
  return { ...choices, ...changes, isPoolingChosen, ...(its && { pooling: its }) };
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
