using OrleansUploads.Engine.DataFolders;
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
        for (var round = 1; round <= 20; round++)
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

    private DiskSpace OpenOrSkip()
    {
        _disk.RequireMounted();
        var space = new DiskSpace(_disk.Path, floorBytes: MiB);
        Assert.Equal(ReserveBytes, Reserved());
        return space;
    }

    private long Reserved() => new FileInfo(Path.Combine(_disk.Path, DiskSpace.ReserveFileName)).Length;

    private void Use(long bytes) => File.WriteAllBytes(Path.Combine(_disk.Path, Path.GetRandomFileName()), new byte[bytes]);
}
