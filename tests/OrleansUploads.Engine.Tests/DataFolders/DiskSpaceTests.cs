using OrleansUploads.Engine.Tests.PartStores;

namespace OrleansUploads.Engine.Tests.DataFolders;

/// <summary>The reserve on a disk of 64 MiB that other programs fill: it is 4 MiB, and is released a MiB at a time.</summary>
public sealed class DiskSpaceTests : IDisposable
{
    private const long MiB = 1024 * 1024;
    private const long ReserveBytes = 4 * MiB;

    private readonly MemoryDisk _disk = new(mebibytes: 64);

    public void Dispose() => _disk.Dispose();

    [Fact]
    public void Data_that_grows_is_accepted_only_with_a_complete_reserve()
    {
        var space = OpenOrSkip();
        for (var round = 1; round <= 5; round++)
        {
            var other = _disk.FillUp();
            space.MakeRoomForDeletion();
            _disk.FillUp();
            space.MakeRoomForDeletion();
            Assert.Equal(ReserveBytes - (2 * MiB), Reserved());

            // The other program may come back at once, before the reserve is looked at again.
            File.Delete(other);
            space.Require(MiB);
            Assert.Equal(ReserveBytes, Reserved());
        }
    }

    [Fact]
    public void A_slice_of_the_reserve_is_used_before_the_next_one_is_released()
    {
        var space = OpenOrSkip();
        _disk.FillUp();
        space.MakeRoomForDeletion();
        Use(MiB / 2);
        space.MakeRoomForDeletion();
        Assert.Equal(ReserveBytes - MiB, Reserved());

        Use(MiB / 2);
        space.MakeRoomForDeletion();
        Assert.Equal(ReserveBytes - (2 * MiB), Reserved());
    }

    [Fact]
    public void What_is_left_of_the_reserve_stays_while_the_rest_is_restored()
    {
        var space = OpenOrSkip();
        File.WriteAllBytes(Reserve, Enumerable.Repeat((byte)1, (int)ReserveBytes).ToArray());
        var other = _disk.FillUp();
        space.MakeRoomForDeletion();
        File.Delete(other);

        space.Restore();

        Assert.Equal(ReserveBytes, Reserved());
        Assert.Equal(ReserveBytes - MiB, File.ReadAllBytes(Reserve).TakeWhile(static one => one == 1).Count());
    }

    [Fact]
    public void A_reserve_that_was_deleted_is_created_again()
    {
        var space = OpenOrSkip();
        _disk.FillUp();
        space.MakeRoomForDeletion();
        File.Delete(Reserve);

        space.Restore();

        Assert.Equal(ReserveBytes, Reserved());
    }

    private string Reserve => Path.Combine(_disk.Path, DiskSpace.ReserveFileName);

    private DiskSpace OpenOrSkip()
    {
        _disk.RequireMounted();
        var space = new DiskSpace(_disk.Path, floorBytes: MiB);
        Assert.Equal(ReserveBytes, Reserved());
        return space;
    }

    private long Reserved() => new FileInfo(Reserve).Length;

    private void Use(long bytes) => File.WriteAllBytes(Path.Combine(_disk.Path, Path.GetRandomFileName()), new byte[bytes]);
}
