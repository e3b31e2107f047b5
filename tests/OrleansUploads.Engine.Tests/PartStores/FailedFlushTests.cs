using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>The store's behaviour and errors when the operating system reports a failed flush.</summary>
public sealed class FailedFlushTests : IDisposable
{
    private const int InputOutputError = 5;
    private const int NoSpaceLeft = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;
    private const int LiveDirectories = 16;

    private static readonly UploadId Upload = PartBytes.Upload(1);

    private readonly TemporaryFolder _root = new();
    private readonly FaultyFlush _flush = new();
    private readonly List<Exception> _failures = [];
    private readonly DiskPartStore _store;

    public FailedFlushTests() => _store = Open();

    public void Dispose()
    {
        _store.Dispose();
        _root.Dispose();
    }

    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [InlineData(InputOutputError, ".part")]
    [InlineData(ReadOnlyFileSystem, ".part")]
    [InlineData(NoSpaceLeft, ".part")]
    [InlineData(QuotaExceeded, ".part")]
    [InlineData(InputOutputError, "upload")]
    [InlineData(NoSpaceLeft, "upload")]
    [InlineData(InputOutputError, "fan-out")]
    [InlineData(NoSpaceLeft, "fan-out")]
    [InlineData(NoSpaceLeft, "root")]
    [Promise("README.md", "Status 204 for a part means that its bytes, its directory entry and its journal record are flushed to disk")]
    [Promise("operations.md", "a flush to the disk fails")]
    public async Task A_part_is_refused_and_leaves_nothing_if_any_flush_fails(int error, string of)
    {
        _flush.Fail(error, path => Is(path, of));

        await Assert.ThrowsAsync(
            error is NoSpaceLeft or QuotaExceeded ? typeof(PartStoreFullException) : typeof(PartStoreFailedException),
            () => _store.StoreAsync(Upload, PartBytes.Attempt(1), [1, 2, 3]));
        Assert.Empty(Directory.GetFiles(_root.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(InputOutputError, ".part")]
    [InlineData(NoSpaceLeft, ".part")]
    [InlineData(InputOutputError, "fan-out")]
    [InlineData(NoSpaceLeft, "fan-out")]
    [InlineData(NoSpaceLeft, "root")]
    public async Task A_single_request_is_refused_and_leaves_nothing_if_any_flush_fails(int error, string of)
    {
        _flush.Fail(error, path => Is(path, of));

        await Assert.ThrowsAsync(
            error is NoSpaceLeft ? typeof(PartStoreFullException) : typeof(PartStoreFailedException),
            () => _store.StoreAsync(PartBytes.SingleRequest(1), PartBytes.Attempt(1), [1, 2, 3]));
        Assert.Empty(Directory.GetFiles(_root.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Single_requests_share_the_flush_of_their_directory_and_its_failure()
    {
        var together = Enumerable.Range(0, 600)
            .GroupBy(seed => StoredNames.FanOutOf(PartBytes.SingleRequest(seed))).First(group => group.Skip(2).Any()).ToArray();
        await using var early = await _store.CreateAsync(PartBytes.SingleRequest(together[0]), PartBytes.Attempt(together[0]), 1, None);
        await early.WriteAsync(new byte[] { 1 }, None);
        _flush.Fail(NoSpaceLeft, path => Is(path, "fan-out"), times: 1);
        await Assert.ThrowsAsync<PartStoreFullException>(
            () => _store.StoreAsync(PartBytes.SingleRequest(together[1]), PartBytes.Attempt(together[1]), [2]));

        await Assert.ThrowsAsync<PartStoreFullException>(() => early.CommitAsync(PartBytes.Leaves([1]), None).AsTask());
        Assert.Empty(Directory.GetFiles(_root.Path, "*", SearchOption.AllDirectories));
        await _store.StoreAsync(PartBytes.SingleRequest(together[2]), PartBytes.Attempt(together[2]), [3]);
    }

    [Theory]
    [InlineData(".part")]
    [InlineData("upload")]
    [InlineData("fan-out")]
    [InlineData("root")]
    [Promise("operations.md", "ENOSPC, EDQUOT (also from a write)")]
    public async Task After_a_full_disk_the_store_continues_when_there_is_room(string of)
    {
        for (var round = 0; round < 3; round++)
        {
            _flush.Fail(NoSpaceLeft, path => Is(path, of), times: 1);
            await Assert.ThrowsAsync<PartStoreFullException>(
                () => _store.StoreAsync(Upload, PartBytes.Attempt(round), [1, 2, 3]));
        }

        _flush.Heal();
        await _store.StoreAsync(Upload, PartBytes.Attempt(4), [4]);
        Assert.Equal([4], await _store.LoadAsync(Upload, PartBytes.Attempt(4)));
        Assert.Null(_store.Failure);
    }

    [Fact]
    public async Task An_upload_directory_whose_entry_was_not_flushed_is_recreated()
    {
        _flush.Fail(NoSpaceLeft, path => Is(path, "fan-out"), times: 1);
        await Assert.ThrowsAsync<PartStoreFullException>(() => _store.StoreAsync(Upload, PartBytes.Attempt(1), [1]));
        Assert.Empty(Directory.GetDirectories(_root.Path, Upload.ToString(), SearchOption.AllDirectories));

        await _store.StoreAsync(Upload, PartBytes.Attempt(2), [2]);
        Assert.Equal(2, _flush.Asked.Count(path => Is(path, "fan-out")));
    }

    [Fact]
    public async Task A_part_present_at_a_failed_directory_flush_is_refused_even_if_its_own_flush_would_succeed()
    {
        await using var early = await BeginAsync(attempt: 1);
        _flush.Fail(NoSpaceLeft, path => Is(path, "upload"), times: 1);
        await Assert.ThrowsAsync<PartStoreFullException>(() => _store.StoreAsync(Upload, PartBytes.Attempt(2), [2]));

        await Assert.ThrowsAsync<PartStoreFullException>(() => early.CommitAsync(PartBytes.Leaves([1]), None).AsTask());
        Assert.Empty(await _store.AllAttemptsAsync(Upload, None));
        await _store.StoreAsync(Upload, PartBytes.Attempt(3), [3]);
    }

    [Fact]
    public async Task A_failed_flush_refuses_a_part_that_was_begun_before_many_other_directories_were_used()
    {
        await using var early = await BeginAsync(attempt: 1);
        for (var other = 0; other < 3 * LiveDirectories; other++)
        {
            await _store.StoreAsync(PartBytes.Upload(100 + other), PartBytes.Attempt(1), [1]);
        }

        _flush.Fail(NoSpaceLeft, path => Is(path, "upload"), times: 1);
        await Assert.ThrowsAsync<PartStoreFullException>(() => _store.StoreAsync(Upload, PartBytes.Attempt(2), [2]));

        await Assert.ThrowsAsync<PartStoreFullException>(() => early.CommitAsync(PartBytes.Leaves([1]), None).AsTask());
    }

    [Theory]
    [InlineData(InputOutputError, ".part")]
    [InlineData(ReadOnlyFileSystem, "upload")]
    [InlineData(InputOutputError, "fan-out")]
    [InlineData(InputOutputError, "manifest.0.unfinished")]
    [Promise("operations.md", "EIO, EROFS, any other")]
    public async Task After_a_disk_failure_the_store_refuses_writes_until_it_is_reopened_and_logs_this_once(
        int error, string of)
    {
        var manifest = PartBytes.Manifest(PartBytes.Upload(2), 1, seed: 1);
        await _store.StoreAsync(PartBytes.Upload(2), PartBytes.Attempt(9), [9]);
        await using var early = await _store.CreateAsync(PartBytes.Upload(2), PartBytes.Attempt(8), 1, None);
        await early.WriteAsync(new byte[1], None);
        _flush.Fail(error, path => Is(path, of), times: 1);
        await Assert.ThrowsAsync<PartStoreFailedException>(async () =>
        {
            await _store.StoreAsync(Upload, PartBytes.Attempt(1), [1]);
            await _store.PutManifestAsync(PartBytes.Manifest(Upload, 1, seed: 1), None);
        });
        var asked = _flush.Asked.Count;

        await Assert.ThrowsAsync<PartStoreFailedException>(
            () => _store.StoreAsync(PartBytes.Upload(3), PartBytes.Attempt(3), [3]));
        await Assert.ThrowsAsync<PartStoreFailedException>(() => early.CommitAsync(PartBytes.Leaves([0]), None).AsTask());
        await Assert.ThrowsAsync<PartStoreFailedException>(() => _store.PutManifestAsync(manifest, None).AsTask());
        Assert.Equal(asked, _flush.Asked.Count);
        Assert.Equal([9], await _store.LoadAsync(PartBytes.Upload(2), PartBytes.Attempt(9)));
        Assert.Same(_store.Failure, Assert.Single(_failures));

        using var again = Open();
        await again.StoreAsync(Upload, PartBytes.Attempt(4), [4]);
        Assert.Null(again.Failure);
    }

    [Theory]
    [InlineData("manifest.0.unfinished")]
    [InlineData("upload")]
    [Promise("operations.md", "ENOSPC, EDQUOT (also from a write)")]
    public async Task A_manifest_that_was_not_flushed_is_rewritten_when_it_is_stored_again(string of)
    {
        var manifest = PartBytes.Manifest(Upload, 3, seed: 1);
        await _store.StoreAsync(Upload, PartBytes.Attempt(1), [1]);
        _flush.Fail(NoSpaceLeft, path => Is(path, of), times: 1);

        await Assert.ThrowsAsync<PartStoreFullException>(() => _store.PutManifestAsync(manifest, None).AsTask());
        Assert.Null(await _store.ReadManifestAsync(Upload, None));
        await _store.PutManifestAsync(manifest, None);
        Assert.NotNull(await _store.ReadManifestAsync(Upload, None));
        Assert.Equal(2, _flush.Asked.Count(path => Is(path, "manifest.0.unfinished")));
    }

    [Fact]
    public async Task A_manifest_from_an_earlier_process_is_rewritten_before_it_counts_as_durable()
    {
        var manifest = PartBytes.Manifest(Upload, 3, seed: 1);
        await _store.PutManifestAsync(manifest, None);
        _store.Dispose();
        using var store = Open();
        _flush.Fail(NoSpaceLeft, path => Is(path, "manifest.0.unfinished"), times: 1);

        await Assert.ThrowsAsync<PartStoreFullException>(() => store.PutManifestAsync(manifest, None).AsTask());
        Assert.NotNull(await store.ReadManifestAsync(Upload, None));
        await store.PutManifestAsync(manifest, None);
    }

    [Fact]
    [Promise("operations.md", "a stored part is lost or damaged before its upload is complete")]
    public async Task A_truncated_attempt_is_not_listed_with_its_original_length()
    {
        await _store.StoreAsync(Upload, PartBytes.Attempt(1), PartBytes.Of(100_000, seed: 1));
        FileDamage.Cut(_root.Only(".part"), 1);

        Assert.DoesNotContain((await _store.ListStoredAsync(Upload, None))!, stored => stored.LengthBytes == 100_000);
    }

    [Fact]
    public async Task Opening_the_store_flushes_existing_directory_entries_from_the_root_down()
    {
        await _store.StoreAsync(Upload, PartBytes.Attempt(1), [1]);
        var before = _flush.Asked.Count;
        Open().Dispose();

        var asked = _flush.Asked.Skip(before).ToList();
        Assert.Equal([Path.GetDirectoryName(_root.Path)!, _root.Path], asked.Take(2));
        Assert.Contains(asked.Skip(2), path => Is(path, "fan-out"));
    }

    [Theory]
    [InlineData("above")]
    [InlineData("root")]
    [InlineData("fan-out")]
    public async Task A_store_whose_directory_entries_cannot_be_flushed_does_not_open(string of)
    {
        await _store.StoreAsync(Upload, PartBytes.Attempt(1), [1]);
        _flush.Fail(InputOutputError, path => Is(path, of));

        Assert.Throws<FlushFailedException>(() => Open());
    }

    private DiskPartStore Open() => DiskPartStore.Open(
        _root.Path, new() { Threads = 2, Flush = _flush, OnFailure = _failures.Add, LiveDirectories = LiveDirectories });

    private bool Is(string path, string of) => of switch
    {
        "above" => path == Path.GetDirectoryName(_root.Path),
        "root" => path == _root.Path,
        "fan-out" => Path.GetDirectoryName(path) == _root.Path,
        "upload" => UploadId.TryParse(Path.GetFileName(path), out _),
        _ => path.EndsWith(of, StringComparison.Ordinal),
    };

    private async Task<IAttemptWriter> BeginAsync(int attempt)
    {
        var writer = await _store.CreateAsync(Upload, PartBytes.Attempt(attempt), 1, None);
        await writer.WriteAsync(new byte[] { 1 }, None);
        return writer;
    }
}
