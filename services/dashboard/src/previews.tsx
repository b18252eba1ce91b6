// Pictures of a job's frames, where the index has them to show.

import { useState } from "preact/hooks";
import type { Answer, Previews } from "./api";
import { useAnswer } from "./answers";
import { counted } from "./format";
import { Nothing, Panel, Turn } from "./parts";

const AT_ONCE = 24;

export function PreviewsOf({ path, version }: { path: string; version: number }) {
  const answer = useAnswer<Answer<Previews>>(`${path}/previews`, version).answer;
  const [page, setPage] = useState(0);
  if (!answer) return null;
  const frames = answer.item.frames;
  if (!frames.length) return <Sealed />;
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

function Sealed() {
  return (
    <Panel name="Pictures">
      <Nothing>
        None of this job. Frames are sealed for their artist, so neither the chain nor this index can see them. They stand here once the artist
        lets everybody see them: with <code>renderchain_view_key</code>, a key that opens frames and moves no money, an aggregator makes their
        pictures, and this index's operator names where they lie.
      </Nothing>
    </Panel>
  );
}
