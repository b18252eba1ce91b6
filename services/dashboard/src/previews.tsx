// Pictures of a job's frames, where the index has them to show.

import { useState } from "preact/hooks";
import type { Answer, Previews } from "./api";
import { useAnswer } from "./answers";
import { counted } from "./format";
import { Panel, Turn } from "./parts";

const AT_ONCE = 24;

export function PreviewsOf({ path, version }: { path: string; version: number }) {
  const frames = useAnswer<Answer<Previews>>(`${path}/previews`, version).answer?.item.frames ?? [];
  const [page, setPage] = useState(0);
  if (!frames.length) return null;
  const pages = Math.ceil(frames.length / AT_ONCE);
  const shown = frames.slice(page * AT_ONCE, (page + 1) * AT_ONCE);
  return (
    <Panel name="Pictures" note={<span class="lead">{counted(frames.length)} so far</span>}>
      <ul class="pictures">
        {shown.map((frame) => (
          <li key={frame}>
            <a href={`./v1/${path}/previews/${frame}`} target="_blank" rel="noopener">
              <img src={`./v1/${path}/previews/${frame}`} alt={`Frame ${frame}`} loading="lazy" />
            </a>
          </li>
        ))}
      </ul>
      {pages > 1 ? (
        <Turn
          name="Pictures"
          number={page + 1}
          previous={page ? () => setPage(page - 1) : null}
          next={page + 1 < pages ? () => setPage(page + 1) : null}
        />
      ) : null}
    </Panel>
  );
}
