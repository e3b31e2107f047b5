using OrleansUploads.Simulation.PowerCut;

namespace OrleansUploads.Simulation.Tests;

/// <summary>Tests of the simulated disk through real system calls.</summary>
public sealed class PowerCutDiskTests : IDisposable
{
    private readonly PowerCutDisk _disk;

    public PowerCutDiskTests()
    {
        Assert.SkipWhen(FuseMount.Obstacle is not null, FuseMount.Obstacle ?? "");
        _disk = new PowerCutDisk(new SeededRandom(1));
    }

    public void Dispose() => _disk?.Dispose();

    [Fact]
    public void A_file_flushed_with_its_directory_survives_a_power_cut()
    {
        var bytes = RandomBytes(3_000_000);
        Write("kept", bytes, flush: true);
        FlushDirectory("");

        _disk.CutPower(survival: null);

        Assert.Equal(bytes, File.ReadAllBytes(At("kept")));
    }

    [Fact]
    public void A_file_whose_directory_was_not_flushed_is_lost()
    {
        Write("lost", [1, 2, 3], flush: true);

        _disk.CutPower(survival: null);

        Assert.Empty(Directory.GetFileSystemEntries(_disk.Path));
    }

    [Fact]
    public void A_directory_whose_parent_was_not_flushed_is_lost_with_its_content()
    {
        Directory.CreateDirectory(At("folder"));
        Write("folder/file", [1, 2, 3], flush: true);
        FlushDirectory("folder");

        _disk.CutPower(survival: null);

        Assert.False(Directory.Exists(At("folder")));
    }

    [Fact]
    public void Unflushed_bytes_are_lost_and_the_name_is_kept()
    {
        Write("file", [1, 2, 3], flush: false);
        FlushDirectory("");

        _disk.CutPower(survival: null);

        Assert.Equal(0, new FileInfo(At("file")).Length);
    }

    [Fact]
    public void Unflushed_overwrites_revert_to_the_flushed_bytes()
    {
        Write("file", new byte[10_000], flush: true);
        FlushDirectory("");
        using (var file = File.OpenHandle(At("file"), FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, new byte[] { 7 }, 5_000);
            RandomAccess.SetLength(file, 6_000);
        }

        _disk.CutPower(survival: null);

        Assert.Equal(new byte[10_000], File.ReadAllBytes(At("file")));
    }

    [Fact]
    public void A_failed_flush_loses_the_bytes_even_if_the_next_one_succeeds()
    {
        Write("file", [1, 2, 3], flush: true);
        FlushDirectory("");
        using (var file = File.OpenHandle(At("file"), FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, new byte[] { 9, 9, 9 }, 0);
            _disk.Content.Faults = new DiskFaults(Errno.InputOutput, [DiskOperation.FlushFile], 1000, _ => true);
            Assert.Equal((int)Errno.InputOutput, Fsync(file));
            _disk.Content.Faults = null;
            Assert.Equal(0, Fsync(file));
        }

        Assert.Equal([9, 9, 9], File.ReadAllBytes(At("file")));
        _disk.CutPower(survival: null);

        Assert.Equal([1, 2, 3], File.ReadAllBytes(At("file")));
    }

    [Fact]
    public void A_full_disk_refuses_bytes_and_recovers_when_there_is_room()
    {
        _disk.Content.FillUp(100_000);
        var full = Assert.Throws<IOException>(() => Write("file", new byte[1_000_000], flush: true));
        _disk.Content.MakeRoom();
        Write("other", new byte[1_000_000], flush: true);

        Assert.Contains("space", full.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_file_deleted_while_open_frees_its_space_when_it_is_closed()
    {
        using (var file = new FileStream(At("file"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete))
        {
            file.Write(new byte[100_000]);
            file.Flush();
            File.Delete(At("file"));
            Assert.True(_disk.Content.UsedBytes >= 100_000);
        }

        Assert.True(SpinWait.SpinUntil(() => _disk.Content.UsedBytes == 0, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_power_cut_keeps_a_random_part_of_the_unflushed_changes()
    {
        var seen = new HashSet<int>();
        for (var seed = 0UL; seed < 20; seed++)
        {
            Write($"file{seed}", [.. Enumerable.Repeat((byte)1, 40_960)], flush: false);
            FlushDirectory("");
            using (var file = File.OpenHandle(At($"file{seed}"), FileMode.Open, FileAccess.ReadWrite))
            {
                RandomAccess.SetLength(file, 40_961);
                Fsync(file);
                RandomAccess.Write(file, Enumerable.Repeat((byte)2, 40_960).ToArray(), 0);
            }

            _disk.CutPower(new SeededRandom(seed));
            var pages = File.ReadAllBytes(At($"file{seed}")).Chunk(4096).Take(10).ToList();

            Assert.All(pages, page => Assert.Single(page.Distinct()));
            Assert.All(pages, page => Assert.True(page[0] is 1 or 2));
            seen.Add(pages.Count(page => page[0] == 2));
        }

        Assert.True(seen.Count > 4, "Every power cut kept the same amount of data.");
    }

    private string At(string name) => Path.Combine(_disk.Path, name);

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new SeededRandom(9).Fill(bytes);
        return bytes;
    }

    private void Write(string name, byte[] bytes, bool flush)
    {
        using var file = File.OpenHandle(At(name), FileMode.CreateNew, FileAccess.ReadWrite);
        RandomAccess.Write(file, bytes, 0);
        if (flush)
        {
            Assert.Equal(0, Fsync(file));
        }
    }

    private void FlushDirectory(string name)
    {
        var descriptor = Open(At(name), 0);
        Assert.True(descriptor >= 0);
        using var directory = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        Assert.Equal(0, Fsync(directory));
    }

    private static int Fsync(SafeHandle file) => FsyncDescriptor(file) == 0 ? 0 : Marshal.GetLastPInvokeError();

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FsyncDescriptor(SafeHandle descriptor);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
