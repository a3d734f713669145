"""Backup and restore: what comes back is what there was, to the byte; nothing is ever written over."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from places import NIGHT, SHOP, Place

from data import locks
from data.lake import Lake
from data.review import Review
from flows import backing, lakedoctor
from flows.backing import BackupError

ROOT = Path(__file__).parents[2]


def test_a_restored_lake_gives_the_same_reports_to_the_byte(tmp_path, monkeypatch, capsys):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    file = tmp_path / "unmet.tar"
    assert backing.backup(file) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    old.night(1)
    new = Place(tmp_path / "new", monkeypatch)
    assert backing.restore(file) == 0
    assert capsys.readouterr().out.endswith("notes: 30 reviews\n")
    assert (new.home / "lake" / "author.key").read_bytes() == (old.home / "lake" / "author.key").read_bytes()
    assert lakedoctor.run() == 0
    new.night(1)
    assert new.reports() == old.reports()
    assert sorted(p.name for p in new.home.iterdir()) == ["lake", "markets", "out"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new", "old", "unmet.tar"]


def test_it_is_of_one_moment_while_runs_go_on(tmp_path, monkeypatch):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    done = threading.Event()

    def writes():
        for number in range(1, 40):
            at = NIGHT + timedelta(hours=number)
            told = Review(source="schema_org", product="ink", id=f"w{number}", body="It crashes.", written=at)
            Lake(old.lake.root).merge("notes", "ink", SHOP, [told], at)
        done.set()

    writer = threading.Thread(target=writes)
    writer.start()
    files = []
    while not done.is_set() and len(files) < 5:
        files.append(tmp_path / f"{len(files)}.tar")
        backing.backup(files[-1])
    writer.join()
    for number, file in enumerate(files):
        new = Place(tmp_path / f"new{number}", monkeypatch)
        assert backing.restore(file) == 0
        kept = sorted(k for k in new.lake.reviews("notes")["id"] if k.startswith("w"))
        assert kept == sorted(f"w{n}" for n in range(1, len(kept) + 1))
        assert lakedoctor.run() == 0


def test_nothing_is_written_over(tmp_path, monkeypatch):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    file = tmp_path / "unmet.tar"
    backing.backup(file)
    before = old.reports()
    with pytest.raises(BackupError, match=r"lake: a lake is there; move it away, or name an empty"):
        backing.restore(file)
    (old.home / "lake").rename(tmp_path / "away")
    with pytest.raises(BackupError, match=r"out: 'feed\.atom' is there; move it away, or name an empty"):
        backing.restore(file)
    assert old.reports() == before


@pytest.mark.parametrize("there", ["thesis.txt", "lake/reviews/part.parquet", "broken/reviews.json"])
def test_nothing_of_anybody_s_is_deleted(tmp_path, monkeypatch, there):
    """As where the folder above the lake is named by mistake."""
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    file = tmp_path / "unmet.tar"
    backing.backup(file)
    new = Place(tmp_path / "new", monkeypatch)
    theirs = new.home / "lake" / there
    theirs.parent.mkdir(parents=True)
    theirs.write_text("years of work", "utf-8")
    with pytest.raises(BackupError, match=f"lake: '{there.split('/')[0]}' is there; move it away"):
        backing.restore(file)
    assert theirs.read_text("utf-8") == "years of work"
    assert sorted(p.name for p in new.home.iterdir()) == ["lake", "markets"]


def test_what_comes_to_lie_there_meanwhile_stays(tmp_path, monkeypatch):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    file = tmp_path / "unmet.tar"
    backing.backup(file)
    new = Place(tmp_path / "new", monkeypatch)
    bring = backing._bring

    def meanwhile(*args):  # a night begins while the backup is unpacked
        new.collect(0)
        bring(*args)

    monkeypatch.setattr(backing, "_bring", meanwhile)
    with pytest.raises(BackupError, match="lake: a lake is there"):
        backing.restore(file)
    assert new.lake.count("reviews", "notes") == 30
    assert not new.out.exists()


def test_into_folders_with_nothing_but_locks_and_through_links(tmp_path, monkeypatch):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    away = tmp_path / "disk"
    away.mkdir()
    (old.home / "lake" / "reviews").rename(away / "reviews")
    (old.home / "lake" / "reviews").symlink_to(away / "reviews")
    file = tmp_path / "unmet.tar"
    left = tmp_path / ".unmet.tar.0a1b2c3d"
    left.write_text("of a backup that died", "utf-8")
    os.utime(left, (0, 0))
    backing.backup(file)
    assert not left.exists()
    new = Place(tmp_path / "new", monkeypatch)
    (away / "lake").mkdir()
    (new.home / "lake").symlink_to(away / "lake")
    with locks.run(new.lake.root, "notes"), locks.alone(new.lake.root):
        pass  # leaves its files
    assert backing.restore(file) == 0
    assert new.lake.reviews("notes").equals(old.lake.reviews("notes"))
    assert (away / "lake" / "reviews").is_dir()
    assert not (away / "lake" / "reviews").is_symlink()
    assert new.reports() == old.reports()


@pytest.mark.parametrize("market", ["broken", "runs"])
def test_reports_of_a_market_that_is_called_as_a_part_of_the_lake_come_back(tmp_path, monkeypatch, market):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    (old.out / "notes").rename(old.out / market)
    file = tmp_path / "unmet.tar"
    backing.backup(file)
    new = Place(tmp_path / "new", monkeypatch)
    assert backing.restore(file) == 0
    assert new.reports() == old.reports()
    (new.home / "lake").rename(tmp_path / "away")
    with pytest.raises(BackupError, match=r"out: '.+' is there; move it away"):
        backing.restore(file)


def test_a_lake_within_the_reports_is_refused(tmp_path, monkeypatch):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    file = tmp_path / "unmet.tar"
    backing.backup(file)
    monkeypatch.setenv("UNMET_LAKE", str(tmp_path / "new" / "out" / "lake"))
    monkeypatch.setenv("UNMET_REPORTS", str(tmp_path / "new" / "out"))
    with pytest.raises(BackupError, match="one lies in the other; name places apart"):
        backing.restore(file)
    assert not (tmp_path / "new").exists()


def test_what_no_backup_can_hold_is_told(tmp_path, monkeypatch):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    (old.home / "lake" / "reviews" / "elsewhere").symlink_to("/")
    with pytest.raises(BackupError, match=r"^lake/reviews/elsewhere: is neither a file nor a folder of its own; move"):
        backing.backup(tmp_path / "unmet.tar")
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_into_mount_points_as_a_container_has_them(tmp_path, monkeypatch):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    file = tmp_path / "unmet.tar"
    backing.backup(file)
    home, kept = tmp_path / "new", tmp_path / "kept"
    for name in ("lake", "out", "markets"):
        (home / name).mkdir(parents=True)
    inside = f"""
        set -e
        mount -t tmpfs none {home}/lake && mount -t tmpfs none {home}/out && mkdir {home}/out/.restoring
        {sys.executable} -m flows.cli restore {file}
        cp -a {home}/lake {home}/out {kept}
    """
    kept.mkdir()
    mounts = ["unshare", "--mount"]
    if subprocess.run([*mounts, "mount", "-t", "tmpfs", "none", str(home)], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    env = os.environ | {"UNMET_LAKE": f"{home}/lake", "UNMET_REPORTS": f"{home}/out"}
    done = subprocess.run([*mounts, "sh", "-c", inside], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "notes: 30 reviews\n"), done.stderr
    assert sorted(p.name for p in home.iterdir()) == ["lake", "markets", "out"]
    monkeypatch.setenv("UNMET_LAKE", str(kept / "lake"))
    assert lakedoctor.run() == 0
    again = {str(p.relative_to(kept / "out")): p.read_bytes() for p in (kept / "out").rglob("*") if p.is_file()}
    assert again == old.reports()
    assert sorted(p.name for p in (kept / "lake").iterdir() if p.name.startswith(".")) in ([], [".lock"])


def _tar(file: Path, *names: str) -> Path:
    with tarfile.open(file, "w") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 2
            tar.addfile(member, io.BytesIO(b"hi"))
    return file


@pytest.mark.parametrize("name", ["lake/../../escaped", "lake//tmp/escaped", "/etc/escaped", "elsewhere/x", "lake/x"])
def test_what_is_no_backup_of_ours_is_refused_and_leaves_nothing(tmp_path, monkeypatch, name):
    new = Place(tmp_path / "new", monkeypatch)
    with pytest.raises(BackupError) as told:
        backing.restore(_tar(tmp_path / "odd.tar", name))
    assert "\n" not in str(told.value)
    assert sorted(p.name for p in new.home.iterdir()) == ["markets"]
    assert not (tmp_path / "escaped").exists()


def test_a_cut_off_file_a_full_disk_and_a_place_within_are_told_in_a_line(tmp_path, monkeypatch, full_disk):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    file = tmp_path / "unmet.tar"
    with full_disk(20_000), pytest.raises(BackupError, match=r"unmet\.tar: the backup cannot be written \(File too la"):
        backing.backup(file)
    assert [p.name for p in tmp_path.iterdir()] == ["old"]
    with pytest.raises(BackupError, match="lies within what it would hold"):
        backing.backup(Path(old.lake.root) / "unmet.tar")
    backing.backup(file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    new = Place(tmp_path / "new", monkeypatch)
    with pytest.raises(BackupError, match="the backup cannot be restored"):
        backing.restore(file)
    assert sorted(p.name for p in new.home.iterdir()) == ["markets"]


def test_the_doctor_says_what_it_did_and_whether_anything_is_lost(tmp_path, monkeypatch, capsys):
    old = Place(tmp_path / "old", monkeypatch)
    old.night(0)
    before = old.reports()
    (old.out / "notes" / ".staged").mkdir()
    (old.out / "notes" / ".staged" / "2026-11-20.md").write_text("half", "utf-8")
    (old.out / ".index.md.0a1b2c3d").write_text("half", "utf-8")
    (old.home / "lake" / "reviews" / "market=notes" / "part-0.parquet").write_bytes(b"half")
    assert lakedoctor.run() == 0
    assert capsys.readouterr().out.splitlines() == [
        "lake: 1 files that no table knows, of runs that died; deleted",
        "reports: 2 files of runs that died; deleted",
    ]
    assert old.reports() == before
    (next((old.home / "lake" / "reviews").rglob("*.parquet"))).unlink()
    assert lakedoctor.run() == 1
    assert "reviews: 1 of 1 files are gone or damaged, with 30 rows; taken out; " in capsys.readouterr().out
    with locks.writing(old.lake.root), monkeypatch.context() as patch:
        patch.setattr(locks, "PATIENCE", 0)
        patch.setattr(locks.time, "monotonic", iter(range(0, 10**6, 100)).__next__)
        with pytest.raises(locks.Busy):
            lakedoctor.run()
