#!/usr/bin/env bash
# Lines of C# of a commit by project and folder: build/lines.sh [COMMIT]. Generated code is not in the repository, so not in it.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=${1:-HEAD}
git grep -c '' "$commit" -- 'src/*.cs' 'test/*.cs' | awk -F: '
    { count = split($2, part, "/"); folder = part[1] "/" part[2]
      if (count > 3) folder = folder "/" part[3] (part[3] == "Training" && count > 4 ? "/" part[4] : "")
      lines[folder] += $3; all[part[1]] += $3 }
    END { for (folder in lines) print folder, lines[folder]; for (top in all) print top, all[top] }' | LC_ALL=C sort
