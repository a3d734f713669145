#!/bin/sh
# A worker of this checkout: makes its work pool and its deployment where they are missing, then runs what is due.
# It needs PREFECT_API_URL, and UNMET_HOME where the checkout is not the folder it is started in.
set -eu
export UNMET_HOME="${UNMET_HOME:-$PWD}"
cd "$UNMET_HOME"
prefect work-pool inspect unmet >/dev/null 2>&1 || prefect work-pool create unmet --type process
prefect --no-prompt deploy --name nightly
exec prefect worker start --pool unmet --type process
