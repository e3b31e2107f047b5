using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.TestKit.PartStores;

/// <summary>The contract of every part store as tests. An adapter inherits this class and provides an empty store.</summary>
public abstract partial class PartStoreConformance
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    /// <summary>The upload of a single request. Stores keep its only attempt in another place than its other attempts.</summary>
    private static readonly UploadId Upload = PartBytes.SingleRequest(1);
    private static readonly AttemptId Attempt = PartBytes.Attempt(1);
    private static readonly AttemptId Granted = PartBytes.GrantedAttempt(1);

    /// <summary>The store under test; empty at the start of a test.</summary>
    protected abstract IPartStore Store { get; }

    /// <summary>Whether the store shows attempts before their commit.</summary>
    protected virtual bool ShowsUncommitted => true;

    /// <summary>Whether the store itself looks for the parts of an upload that completes.</summary>
    protected virtual bool ListsStored => true;

    /// <summary>Whether the store itself refuses a name that exists. The engine uses none twice.</summary>
    protected virtual bool RefusesExisting => true;

    /// <summary>So many attempts that a listing of them has several pages, if the store has pages.</summary>
    protected virtual int SeveralPages => 1100;

    /// <summary>The longest attempt with its footer that the store takes.</summary>
    protected virtual long MaxObjectBytes => long.MaxValue;

    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData((64 * KiB) - 1, 1000)]
    [InlineData(64 * KiB, 64 * KiB)]
    [InlineData((64 * KiB) + 1, 64 * KiB)]
    [InlineData(MiB - 1, 100_000)]
    [InlineData(MiB, 256 * KiB)]
    [InlineData(MiB + 1, MiB)]
    [InlineData((5 * MiB) + 12_345, 333_333)]
    public async Task Committed_bytes_and_their_leaves_are_read_back_and_listed_at_any_size(int lengthBytes, int chunkBytes)
    {
        var bytes = PartBytes.Of(lengthBytes, seed: lengthBytes);
        AttemptId[] attempts = [Attempt, Granted];
        foreach (var attempt in attempts)
        {
            await Store.StoreAsync(Upload, attempt, bytes, chunkBytes);

            Assert.Equal(bytes, await Store.LoadAsync(Upload, attempt));
            Assert.Equal(bytes, await Store.LoadAsync(Upload, attempt, bufferBytes: 64 * KiB));
            Assert.Equal(bytes, await Store.LoadAsync(Upload, attempt, bufferBytes: 99_991));
            await using var reader = await Store.OpenAsync(Upload, attempt, lengthBytes, None);
            Assert.Equal(PartBytes.Leaves(bytes), await reader.ReadLeavesAsync(None));
        }

        var expected = attempts.Select(attempt => new ListedAttempt(attempt, lengthBytes)).ToList();
        var listed = await Store.ListStoredAsync(Upload, None);
        Assert.Equal(ListsStored, listed is not null);
        Assert.Equal(expected, (listed ?? expected).OrderBy(static stored => stored.Attempt));
        Assert.Equal(ListsStored ? [] : null, await Store.ListStoredAsync(PartBytes.Upload(77), None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Any_range_is_read_back_and_nothing_from_the_end_on(bool isGranted)
    {
        var attempt = isGranted ? Granted : Attempt;
        var bytes = PartBytes.Of((3 * MiB) + 54_321, seed: 2);
        await Store.StoreAsync(Upload, attempt, bytes);
        await using var reader = await Store.OpenAsync(Upload, attempt, None);
        Assert.Equal(bytes.Length, reader.LengthBytes);

        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            // Half of the offsets are at or next to the edge of a 64 KiB block, where errors are likely.
            var offset = i % 2 == 0
                ? random.Next(bytes.Length)
                : Math.Clamp((random.Next(50) * 64 * KiB) + random.Next(-1, 2), 0, bytes.Length - 1);
            var buffer = new byte[random.Next(1, 300_000)];
            var read = await reader.ReadAsync(offset, buffer, None);
            Assert.Equal(Math.Min(buffer.Length, bytes.Length - offset), read);
            Assert.True(buffer.AsSpan(0, read).SequenceEqual(bytes.AsSpan(offset, read)), $"{read} bytes at {offset}");
            Assert.Equal(-1, buffer.AsSpan(read).IndexOfAnyExcept((byte)0));
        }

        Assert.Equal(0, await reader.ReadAsync(bytes.Length, new byte[10], None));
        Assert.Equal(0, await reader.ReadAsync(long.MaxValue, new byte[10], None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.ReadAsync(-1, new byte[10], None).AsTask());
    }

    [Fact]
    public async Task The_caller_may_reuse_its_buffers_after_each_call()
    {
        var bytes = PartBytes.Of(3 * 64 * KiB, seed: 6);
        var leaves = PartBytes.Leaves(bytes);
        var chunk = new byte[64 * KiB];
        await using (var writer = await Store.CreateAsync(Upload, Attempt, bytes.Length, None))
        {
            for (var at = 0; at < bytes.Length; at += chunk.Length)
            {
                bytes.AsSpan(at, chunk.Length).CopyTo(chunk);
                await writer.WriteAsync(chunk, None);
                chunk.AsSpan().Fill(0xEE);
            }

            await writer.CommitAsync(leaves, None);
            leaves.AsSpan().Clear();
        }

        Assert.Equal(bytes, await Store.LoadAsync(Upload, Attempt));
        await using var reader = await Store.OpenAsync(Upload, Attempt, None);
        Assert.Equal(PartBytes.Leaves(bytes), await reader.ReadLeavesAsync(None));
    }

    [Fact]
    public async Task An_uncommitted_attempt_cannot_be_read_and_is_listed_if_the_store_shows_it()
    {
        var bytes = PartBytes.Of(200_000, seed: 7);
        await using var writer = await Store.CreateAsync(Upload, Attempt, bytes.Length, None);
        await writer.WriteAsync(bytes, None);

        await Assert.ThrowsAsync<AttemptDamagedException>(() => Store.OpenAsync(Upload, Attempt, None).AsTask());
        Assert.Equal(ShowsUncommitted ? [Attempt] : [], await Store.AllAttemptsAsync(Upload, None));
        Assert.Equal(ShowsUncommitted ? [Upload] : [], await ListUploadsAsync());

        await writer.CommitAsync(PartBytes.Leaves(bytes), None);
        Assert.Equal([Attempt], await Store.AllAttemptsAsync(Upload, None));
        Assert.Equal([Upload], await ListUploadsAsync());
        Assert.Equal(bytes, await Store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task Disposing_a_writer_deletes_an_uncommitted_attempt()
    {
        var writer = await Store.CreateAsync(Upload, Attempt, 100, None);
        await writer.WriteAsync(PartBytes.Of(100, seed: 8), None);
        await writer.DisposeAsync();
        await writer.DisposeAsync();

        Assert.Empty(await Store.AllAttemptsAsync(Upload, None));
        Assert.Empty(await ListUploadsAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.WriteAsync(new byte[1], None).AsTask());
    }

    [Fact]
    public async Task Disposing_a_writer_after_the_commit_keeps_the_attempt()
    {
        var bytes = PartBytes.Of(100, seed: 9);
        var writer = await Store.CreateAsync(Upload, Attempt, bytes.Length, None);
        await writer.WriteAsync(bytes, None);
        await writer.CommitAsync(PartBytes.Leaves(bytes), None);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => writer.CommitAsync(PartBytes.Leaves(bytes), None).AsTask());
        await writer.DisposeAsync();
        await writer.DisposeAsync();

        Assert.Equal(bytes, await Store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task A_commit_with_missing_bytes_and_a_write_of_too_many_are_refused_and_the_writer_can_continue()
    {
        var bytes = PartBytes.Of(100_000, seed: 10);
        await using var writer = await Store.CreateAsync(Upload, Attempt, bytes.Length, None);
        await writer.WriteAsync(bytes.AsMemory(0, 99_999), None);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => writer.CommitAsync(PartBytes.Leaves(bytes), None).AsTask());
        await Assert.ThrowsAsync<AttemptDamagedException>(() => Store.OpenAsync(Upload, Attempt, None).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.WriteAsync(new byte[2], None).AsTask());

        await writer.WriteAsync(bytes.AsMemory(99_999), None);
        await writer.CommitAsync(PartBytes.Leaves(bytes), None);
        Assert.Equal(bytes, await Store.LoadAsync(Upload, Attempt));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_commit_with_a_wrong_number_of_leaves_is_refused(int leaves)
    {
        var bytes = PartBytes.Of(MiB + 1, seed: 12);
        await using var writer = await Store.CreateAsync(Upload, Attempt, bytes.Length, None);
        await writer.WriteAsync(bytes, None);
        var wrong = PartBytes.Leaves(new byte[leaves * MiB]);

        await Assert.ThrowsAsync<ArgumentException>(() => writer.CommitAsync(wrong, None).AsTask());
        await Assert.ThrowsAsync<AttemptDamagedException>(() => Store.OpenAsync(Upload, Attempt, None).AsTask());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((5120L * MiB) + 1)]
    public async Task An_invalid_part_length_is_refused(long lengthBytes)
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Store.CreateAsync(Upload, Attempt, lengthBytes, None).AsTask());
        Assert.Empty(await ListUploadsAsync());
    }

    [Theory]
    [InlineData(4096L * MiB)]
    [InlineData(5120L * MiB)]
    public async Task The_longest_part_of_an_archive_and_of_an_object_can_be_begun_unless_the_store_refuses_it(long lengthBytes)
    {
        await using var writer = await Store.CreateAsync(Upload, Attempt, lengthBytes, None);
        if (lengthBytes + AttemptFooter.BytesFor(Attempt, lengthBytes) <= MaxObjectBytes)
        {
            await writer.WriteAsync(PartBytes.Of(1, seed: 15), None);
            return;
        }

        await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(async () =>
        {
            // The refusal may arrive after the first bytes were sent.
            var bytes = PartBytes.Of(MiB, seed: 15);
            for (var sent = 0L; sent < lengthBytes; sent += bytes.Length)
            {
                await writer.WriteAsync(bytes, None);
            }
        });
    }

    [Fact]
    public async Task An_attempt_name_can_be_used_only_once()
    {
        var bytes = PartBytes.Of(100, seed: 13);
        Assert.SkipUnless(RefusesExisting, "The store does not refuse names that exist.");
        await Store.StoreAsync(Upload, Attempt, bytes);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.StoreAsync(Upload, Attempt, PartBytes.Of(5, seed: 25)));
        Assert.Equal(bytes, await Store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task A_missing_attempt_is_damaged_and_belongs_to_no_other_upload_and_a_missing_manifest_is_null()
    {
        await Store.StoreAsync(PartBytes.Upload(2), Attempt, PartBytes.Of(10, seed: 14));

        await Assert.ThrowsAsync<AttemptDamagedException>(() => Store.OpenAsync(Upload, Attempt, None).AsTask());
        Assert.Null(await Store.ReadManifestAsync(Upload, None));
        Assert.Empty(await Store.AllAttemptsAsync(Upload, None));
        Assert.Equal([PartBytes.Upload(2)], await ListUploadsAsync());
    }
}
