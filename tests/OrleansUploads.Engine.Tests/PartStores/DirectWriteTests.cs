using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>Writes past the page cache, on the file system of the temporary folder, and on one in memory, which has no such
/// writes.</summary>
public sealed class DirectWriteTests : TestWithFolder
{
    private const int MiB = 1024 * 1024;
    private const int Blocks = 3;
    private const int InputOutputError = 5;
    private const int InvalidArgument = 22;
    private const int NoSpaceLeft = 28;

    private readonly ConcurrentQueue<Written> _written = [];
    private readonly List<string> _refusals = [];
    private readonly List<Exception> _failures = [];
    private Func<Written, IOException?> _fault = _ => null;

    private static CancellationToken None => CancellationToken.None;

    private IEnumerable<Written> Direct => _written.Where(one => one.IsDirect);

    [Theory]
    [InlineData(MiB)]
    [InlineData((8 * MiB) - 1)]
    [InlineData(8 * MiB)]
    [InlineData((9 * MiB) + 12_345)]
    public async Task Whole_blocks_of_a_large_part_skip_the_page_cache_and_its_end_does_not(int lengthBytes)
    {
        using var store = OpenOrSkip();
        var bytes = PartBytes.Of(lengthBytes, seed: 1);

        await StoreAsync(store, 1, bytes);

        Assert.Equal(
            Enumerable.Range(0, lengthBytes / MiB).Select(block => ((long)block * MiB, MiB)),
            Direct.Select(one => (one.Offset, one.Length)));
        Assert.Equal(lengthBytes / MiB * (long)MiB, _written.First(one => !one.IsDirect).Offset);
    }

    [Theory]
    [InlineData(MiB - 1, DirectIo.Auto, false)]
    [InlineData(4 * MiB, DirectIo.Off, false)]
    [InlineData(4 * MiB, DirectIo.Auto, true)]
    public async Task A_small_part_and_one_without_direct_writes_are_written_through_the_page_cache(int lengthBytes, DirectIo mode, bool isInMemory)
    {
        Assert.SkipUnless(!isInMemory || Directory.Exists("/dev/shm"), "There is no file system in memory.");
        var folder = Path.Combine(isInMemory ? "/dev/shm" : Folder.Path, Path.GetFileName(Folder.Path));
        try
        {
            using var store = DiskPartStore.Open(folder, Options(mode));
            var bytes = PartBytes.Of(lengthBytes, seed: 2);

            await StoreAsync(store, 1, bytes);

            Assert.Empty(Direct);
            Assert.Empty(_refusals);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_file_system_that_refuses_the_first_direct_write_gets_ordinary_writes_and_is_reported_once()
    {
        using var store = OpenOrSkip();
        _fault = one => one.IsDirect ? new IOException("Invalid argument", InvalidArgument) : null;
        var bytes = PartBytes.Of(4 * MiB, seed: 5);

        await StoreAsync(store, 1, bytes);
        await StoreAsync(store, 2, bytes);

        Assert.Single(Direct);
        Assert.Equal(["Invalid argument"], _refusals);
    }

    [Fact]
    public async Task A_direct_write_that_stops_in_the_middle_is_repeated_through_the_page_cache_for_that_file_only()
    {
        using var store = OpenOrSkip();
        _fault = one => one is { IsDirect: true, Offset: MiB } ? new IOException("Invalid argument", InvalidArgument) : null;
        var bytes = PartBytes.Of(3 * MiB, seed: 6);

        await StoreAsync(store, 1, bytes);
        _fault = _ => null;
        await StoreAsync(store, 2, bytes);

        Assert.Equal([0, MiB, 0, MiB, 2 * MiB], Direct.Select(one => one.Offset));
        Assert.Empty(_refusals);
    }

    [Theory]
    [InlineData(0, NoSpaceLeft, typeof(PartStoreFullException))]
    [InlineData(1, NoSpaceLeft, typeof(PartStoreFullException))]
    [InlineData(2, NoSpaceLeft, typeof(PartStoreFullException))]
    [InlineData(3, NoSpaceLeft, typeof(PartStoreFullException))]
    [InlineData(4, NoSpaceLeft, typeof(PartStoreFullException))]
    [InlineData(0, InputOutputError, typeof(PartStoreFailedException))]
    [InlineData(2, InputOutputError, typeof(PartStoreFailedException))]
    [InlineData(3, InputOutputError, typeof(PartStoreFailedException))]
    [InlineData(4, InputOutputError, typeof(PartStoreFailedException))]
    public async Task A_part_is_refused_and_leaves_nothing_if_the_write_of_any_block_fails(int block, int error, Type refusal)
    {
        using var store = OpenOrSkip();
        _fault = one => one.Offset == (long)block * MiB ? new IOException("It fails.", error) : null;
        var bytes = PartBytes.Of(4 * MiB, seed: 7);

        await Assert.ThrowsAsync(refusal, () => store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(1), bytes));

        Assert.Empty(Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories));
        Assert.Equal(refusal == typeof(PartStoreFailedException), store.Failure is not null);
        Assert.Equal(refusal == typeof(PartStoreFailedException), _failures.Count == 1);
    }

    [Fact]
    public async Task A_part_that_is_abandoned_leaves_nothing_and_its_memory_is_used_again()
    {
        using var store = OpenOrSkip();
        var bytes = PartBytes.Of(MiB + 1, seed: 8);
        for (var part = 0; part < 5; part++)
        {
            await using var writer = await store.CreateAsync(PartBytes.Upload(1), PartBytes.Attempt(part), 4 * MiB, None);
            await writer.WriteAsync(bytes, None);
        }

        Assert.Empty(Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories));
        Assert.Equal(5, Direct.Count());
    }

    [Fact]
    public async Task Bodies_beyond_the_memory_for_direct_writes_are_written_through_the_page_cache()
    {
        using var store = OpenOrSkip();
        var bodies = new List<(IAttemptWriter Writer, byte[] Bytes, int Number)>();
        for (var number = 0; number < 4; number++)
        {
            var writer = await store.CreateAsync(PartBytes.Upload(1), PartBytes.Attempt(number), 2 * MiB, None);
            var bytes = PartBytes.Of(2 * MiB, seed: number);
            await writer.WriteAsync(bytes.AsMemory(0, 1000), None);
            bodies.Add((writer, bytes, number));
        }

        foreach (var (writer, bytes, number) in bodies)
        {
            await writer.WriteAsync(bytes.AsMemory(1000), None);
            await writer.CommitAsync(PartBytes.Leaves(bytes), None);
            await writer.DisposeAsync();
            Assert.Equal(bytes, await store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(number)));
        }

        Assert.Equal(2 * Blocks, Direct.Count());
    }

    [Fact]
    public async Task A_body_keeps_one_block_although_others_wait_for_one()
    {
        using var store = OpenOrSkip(blocks: 1, threads: 1);
        var bytes = PartBytes.Of(3 * MiB, seed: 9);
        await using var early = await store.CreateAsync(PartBytes.Upload(1), PartBytes.Attempt(1), bytes.Length, None);
        await early.WriteAsync(bytes.AsMemory(0, MiB), None);

        // The only disk thread lists after it has written the block.
        await store.AllAttemptsAsync(PartBytes.Upload(1), None);
        await store.StoreAsync(PartBytes.Upload(2), PartBytes.Attempt(2), bytes);
        await early.WriteAsync(bytes.AsMemory(MiB), None);
        await early.CommitAsync(PartBytes.Leaves(bytes), None);

        Assert.Equal([0, MiB, 2 * MiB], Direct.Select(one => one.Offset));
        Assert.Equal(bytes, await store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
        Assert.Equal(bytes, await store.LoadAsync(PartBytes.Upload(2), PartBytes.Attempt(2)));
    }

    [Fact]
    public async Task A_body_that_has_ended_leaves_its_blocks_to_others()
    {
        using var store = OpenOrSkip();
        for (var number = 0; number < 3; number++)
        {
            await StoreAsync(store, number, PartBytes.Of((3 * MiB) + number, seed: number));
        }

        Assert.Equal(9, Direct.Count());
    }

    private static async Task StoreAsync(DiskPartStore store, int attempt, byte[] bytes)
    {
        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(attempt), bytes, chunkBytes: 100_000);
        Assert.Equal(bytes, await store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(attempt)));
    }

    private static bool Allows(string folder)
    {
        using var file = File.OpenHandle(Path.Combine(folder, "try"), FileMode.Create, FileAccess.Write, options: FileOptions.DeleteOnClose);
        try
        {
            if (!DirectFiles.SeemAllowed(file) || DirectFiles.Set(file, isDirect: true) != 0)
            {
                return false;
            }

            RandomAccess.Write(file, new BlockPool(MiB, maxBlocks: 1).TryRent()!.Value.Span, 0);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private DiskPartStore OpenOrSkip(int blocks = Blocks, int threads = 2)
    {
        Assert.SkipUnless(Allows(Folder.Path), "The file system of the temporary folder has no direct writes.");
        return DiskPartStore.Open(Folder.Path, Options(DirectIo.Auto, blocks, threads));
    }

    private DiskPartStoreOptions Options(DirectIo mode, int blocks = Blocks, int threads = 2) => new()
    {
        Threads = threads,
        DirectBlocks = blocks,
        DirectIo = mode,
        OnDirectIoRefused = _refusals.Add,
        OnFailure = _failures.Add,
        Write = Write,
    };

    private void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        var one = new Written(offset, bytes.Length, DirectFiles.IsDirect(file));
        _written.Enqueue(one);
        if (_fault(one) is { } fault)
        {
            throw fault;
        }

        RandomAccess.Write(file, bytes, offset);
    }

    private sealed record Written(long Offset, int Length, bool IsDirect);
}
