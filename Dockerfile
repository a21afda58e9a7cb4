# The application, for a machine without a GPU or with one:
#
#   docker build -t sedtf .
#   docker run --rm -p 8501:8501 sedtf
#
# With --build-arg TORCH_INDEX=URL, the URL of PyTorch's CPU packages, the image is 3 GB smaller.
FROM python:3.11-slim

ARG TORCH_INDEX=""
ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true

# The packages change less often than the code: a layer of their own.
WORKDIR /app
COPY requirements.txt .
RUN pip install ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -r requirements.txt

RUN useradd --create-home sedtf
USER sedtf
COPY . .

EXPOSE 8501
# Streamlit answers every unknown path with the application, so the body is what counts.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", \
    "from urllib.request import urlopen; assert urlopen('http://127.0.0.1:8501/_stcore/health').read() == b'ok'"]
CMD ["python", "-m", "streamlit", "run", "app.py"]
