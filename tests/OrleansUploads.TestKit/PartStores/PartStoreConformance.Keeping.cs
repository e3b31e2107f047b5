using OrleansUploads.Core.Archives;

namespace OrleansUploads.TestKit.PartStores;

// Manifests, listings, deletions and canceled calls. The other file tests writing and reading.
public abstract partial class PartStoreConformance
{
    [Theory]
    [InlineData(1, ByteStorage.Gateway)]
    [InlineData(10_000, ByteStorage.Gateway)]
    [InlineData(1, ByteStorage.External)]
    [InlineData(10_000, ByteStorage.External)]
    public async Task A_manifest_is_stored_once_and_stays_until_its_upload_is_deleted(int extents, ByteStorage storage)
    {
        await Store.PutManifestAsync(Manifest(seed: 15), None);
        await Store.PutManifestAsync(Manifest(seed: 15), None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.PutManifestAsync(Manifest(seed: 16), None).AsTask());

        AssertSame(Manifest(seed: 15), await Store.ReadManifestAsync(Upload, None));
        Assert.Equal([Upload], await ListUploadsAsync());
        Assert.Empty(await Store.AllAttemptsAsync(Upload, None));
        await Store.DeleteUploadAsync(Upload, None);
        Assert.Null(await Store.ReadManifestAsync(Upload, None));
        Assert.Empty(await ListUploadsAsync());

        Manifest Manifest(int seed) => storage == ByteStorage.Gateway
            ? PartBytes.Manifest(Upload, extents, seed)
            : PartBytes.LocatedManifest(Upload, extents, seed);
    }

    [Fact]
    public async Task Exactly_one_of_many_concurrent_different_manifests_is_stored()
    {
        Assert.SkipUnless(RefusesExisting, "The store does not refuse names that exist.");
        var manifests = Enumerable.Range(0, 16).Select(i => PartBytes.Manifest(Upload, extents: 50, seed: i)).ToArray();
        var stored = await Task.WhenAll(manifests.Select(manifest => Task.Run(async () =>
        {
            try
            {
                await Store.PutManifestAsync(manifest, None);
                return true;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        })));

        var winner = Assert.Single(Enumerable.Range(0, manifests.Length), i => stored[i]);
        AssertSame(manifests[winner], await Store.ReadManifestAsync(Upload, None));
    }

    [Fact]
    public async Task Listings_contain_everything_that_is_stored()
    {
        for (var upload = 0; upload < 20; upload++)
        {
            for (var attempt = 0; attempt <= upload % 3; attempt++)
            {
                await Store.StoreAsync(PartBytes.Upload(upload), PartBytes.Attempt(attempt), [1, 2, 3]);
            }
        }

        await Store.PutManifestAsync(PartBytes.Manifest(PartBytes.Upload(20), 1, seed: 18), None);

        var expected = Enumerable.Range(0, 21).Select(PartBytes.Upload).Select(id => id.ToString()).Order();
        Assert.Equal(expected, (await ListUploadsAsync()).Select(id => id.ToString()).Order());
        for (var upload = 0; upload < 20; upload++)
        {
            var attempts = await Store.AllAttemptsAsync(PartBytes.Upload(upload), None);
            Assert.Equal(Enumerable.Range(0, 1 + (upload % 3)).Select(PartBytes.Attempt).Order(), attempts.Order());
        }
    }

    [Fact]
    public async Task Deleting_an_attempt_again_changes_nothing_and_only_a_manifest_keeps_the_upload()
    {
        var other = PartBytes.Attempt(2);
        await Store.StoreAsync(Upload, Attempt, [1]);
        await Store.StoreAsync(Upload, other, [2]);
        Assert.Equal([Upload], await ListUploadsAsync());

        await Store.DeleteAttemptAsync(Upload, Attempt, None);
        await Store.DeleteAttemptAsync(Upload, Attempt, None);
        await Assert.ThrowsAsync<AttemptDamagedException>(() => Store.OpenAsync(Upload, Attempt, None).AsTask());
        Assert.Equal([other], await Store.AllAttemptsAsync(Upload, None));

        await Store.PutManifestAsync(PartBytes.Manifest(PartBytes.Upload(3), 2, seed: 20), None);
        await Store.StoreAsync(PartBytes.Upload(3), other, [3]);
        await Store.DeleteAttemptAsync(Upload, other, None);
        await Store.DeleteAttemptAsync(Upload, other, None);
        await Store.DeleteAttemptAsync(PartBytes.Upload(3), other, None);
        Assert.Equal([PartBytes.Upload(3)], await ListUploadsAsync());
        Assert.NotNull(await Store.ReadManifestAsync(PartBytes.Upload(3), None));
    }

    [Fact]
    public async Task Several_attempts_are_deleted_at_once_and_the_others_stay()
    {
        AttemptId[] attempts = [.. Enumerable.Range(0, 12).Select(PartBytes.Attempt)];
        foreach (var attempt in attempts)
        {
            await Store.StoreAsync(Upload, attempt, [1]);
        }

        await Store.StoreAsync(PartBytes.Upload(2), attempts[0], [2]);
        await Store.PutManifestAsync(PartBytes.Manifest(Upload, 2, seed: 27), None);

        // The last one never existed.
        await Store.DeleteAttemptsAsync(Upload, [.. attempts[..7], PartBytes.Attempt(100)], None);
        Assert.Equal(attempts[7..].Order(), (await Store.AllAttemptsAsync(Upload, None)).Order());
        Assert.NotNull(await Store.ReadManifestAsync(Upload, None));

        await Store.DeleteAttemptsAsync(Upload, attempts, None);
        await Store.DeleteAttemptsAsync(Upload, [], None);
        Assert.Empty(await Store.AllAttemptsAsync(Upload, None));
        Assert.Equal([attempts[0]], await Store.AllAttemptsAsync(PartBytes.Upload(2), None));
    }

    [Fact]
    public async Task Attempts_that_are_deleted_while_they_are_listed_do_not_hide_others()
    {
        AttemptId[] attempts = [.. Enumerable.Range(0, SeveralPages).Select(PartBytes.Attempt)];
        await Parallel.ForEachAsync(
            attempts,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (attempt, _) => await Store.StoreAsync(Upload, attempt, [1]));
        var seen = new List<AttemptId>();
        await foreach (var page in Store.ListAttemptsAsync(Upload, None))
        {
            Assert.InRange(page.Count, 1, MaxPage);
            seen.AddRange(page);
            await Store.DeleteAttemptsAsync(Upload, page, None);
        }

        Assert.Equal(attempts.Order(), seen.Order());
        Assert.Empty(await Store.AllAttemptsAsync(Upload, None));
        Assert.Empty(await ListUploadsAsync());
    }

    [Fact]
    public async Task Deleting_an_upload_deletes_its_attempts_and_its_manifest_and_nothing_else()
    {
        var other = PartBytes.Upload(2);
        await Store.StoreAsync(Upload, Attempt, [1]);
        await Store.StoreAsync(other, Attempt, [2]);
        await Store.PutManifestAsync(PartBytes.Manifest(Upload, 2, seed: 19), None);

        await Store.DeleteUploadAsync(Upload, None);
        await Store.DeleteUploadAsync(Upload, None);

        Assert.Null(await Store.ReadManifestAsync(Upload, None));
        Assert.Empty(await Store.AllAttemptsAsync(Upload, None));
        Assert.Equal([other], await ListUploadsAsync());
        Assert.Equal([2], await Store.LoadAsync(other, Attempt));
    }

    [Fact]
    public async Task Attempts_of_one_upload_can_be_written_concurrently()
    {
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(
            () => Store.StoreAsync(Upload, PartBytes.Attempt(i), PartBytes.Of(100_000 + i, i), chunkBytes: 7_000))));

        for (var i = 0; i < 24; i++)
        {
            Assert.Equal(PartBytes.Of(100_000 + i, i), await Store.LoadAsync(Upload, PartBytes.Attempt(i)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_deleted_during_its_write_can_be_committed_only_if_the_store_did_not_show_it(bool withItsUpload)
    {
        var bytes = PartBytes.Of(1_000, seed: 21);
        var other = PartBytes.Attempt(2);
        await Store.StoreAsync(Upload, other, [1]);
        await using var writer = await Store.CreateAsync(Upload, Attempt, bytes.Length, None);
        await writer.WriteAsync(bytes, None);
        await (withItsUpload
            ? Store.DeleteUploadAsync(Upload, None)
            : Store.DeleteAttemptAsync(Upload, Attempt, None));

        if (!ShowsUncommitted)
        {
            await writer.CommitAsync(PartBytes.Leaves(bytes), None);
            AttemptId[] left = withItsUpload ? [Attempt] : [Attempt, other];
            Assert.Equal(left.Order(), (await Store.AllAttemptsAsync(Upload, None)).Order());
            return;
        }

        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => writer.CommitAsync(PartBytes.Leaves(bytes), None).AsTask());
        Assert.Equal(withItsUpload ? [] : [other], await Store.AllAttemptsAsync(Upload, None));
    }

    [Fact]
    public virtual async Task An_upload_can_be_deleted_repeatedly_while_attempts_are_started()
    {
        using var ended = new CancellationTokenSource();
        var deleting = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                await Store.DeleteUploadAsync(Upload, None);
            }
        });

        for (var i = 0; i < 100; i++)
        {
            try
            {
                await Store.StoreAsync(Upload, PartBytes.Attempt(i), [1, 2, 3]);
            }
            catch (AttemptDamagedException)
            {
                // The attempt was deleted while it was written, which must be an error.
            }
        }

        await ended.CancelAsync();
        await deleting;
        await Store.StoreAsync(Upload, PartBytes.Attempt(1_000), [4]);
        Assert.Equal([4], await Store.LoadAsync(Upload, PartBytes.Attempt(1_000)));
        Assert.Equal([Upload], await ListUploadsAsync());
    }

    [Fact]
    public async Task A_call_canceled_before_it_starts_changes_nothing()
    {
        var canceled = new CancellationToken(canceled: true);
        var bytes = PartBytes.Of(10, seed: 22);
        var manifest = PartBytes.Manifest(Upload, 1, seed: 23);
        await using var writer = await Store.CreateAsync(Upload, Attempt, bytes.Length, None);

        await AssertCanceledAsync(() => Store.CreateAsync(Upload, PartBytes.Attempt(2), 10, canceled).AsTask());
        await AssertCanceledAsync(() => writer.WriteAsync(bytes, canceled).AsTask());
        await writer.WriteAsync(bytes, None);
        await AssertCanceledAsync(() => writer.CommitAsync(PartBytes.Leaves(bytes), canceled).AsTask());
        await AssertCanceledAsync(() => Store.PutManifestAsync(manifest, canceled).AsTask());
        await AssertCanceledAsync(() => Store.DeleteUploadAsync(Upload, canceled).AsTask());
        await AssertCanceledAsync(() => Store.DeleteAttemptAsync(Upload, Attempt, canceled).AsTask());
        await AssertCanceledAsync(async () => await Store.ListUploadsAsync(canceled).CountAsync(canceled));
        await AssertCanceledAsync(async () => await Store.ListAttemptsAsync(Upload, canceled).CountAsync(canceled));

        await writer.CommitAsync(PartBytes.Leaves(bytes), None);
        await AssertCanceledAsync(() => Store.OpenAsync(Upload, Attempt, canceled).AsTask());
        Assert.Equal([Attempt], await Store.AllAttemptsAsync(Upload, None));
        Assert.Equal(bytes, await Store.LoadAsync(Upload, Attempt));
        Assert.Null(await Store.ReadManifestAsync(Upload, None));
    }

    private const int MaxPage = 5000;

    private static async Task AssertCanceledAsync(Func<Task> call) =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(call);

    private static void AssertSame(Manifest expected, Manifest? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Extents, actual.Extents);
        Assert.Equal(expected, actual with { Extents = expected.Extents });
    }

    private ValueTask<List<UploadId>> ListUploadsAsync() => Store.ListUploadsAsync(None).ToListAsync();
}
