"""A rendered lifter whose lumbar angle is known in every frame.

No footage of people is used: bodies, clothes, gym and motion are all drawn by
this package, from parameters and a seed. A `Take` holds every choice;
`lifter.render.Renderer` draws any frame of it, with the true silhouette and the
truth; `lifter.clip.write_clip` writes clip and truth to files.

>>> from lifter import SetPlan, Take
>>> from lifter.render import render_frame
>>> take = Take(plan=SetPlan(lift="deadlift", far_lumbar_deg=(-8, 12, 20)))
>>> rgb, mask, truth = render_frame(take, 90)  # doctest: +SKIP
>>> truth.lumbar_deg  # doctest: +SKIP
"""

from lifter.params import Body, Camera, Clothes, Scene, SetPlan, Take

__all__ = ["Body", "Camera", "Clothes", "Scene", "SetPlan", "Take"]
