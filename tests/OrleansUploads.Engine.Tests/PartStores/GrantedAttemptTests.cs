using OrleansUploads.Engine.Moving;
using OrleansUploads.Engine.Reading;

namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>Attempts that nodes write: a lie is an error for its first reader.</summary>
public sealed class GrantedAttemptTests : IDisposable
{
    private const int MiB = TreeHash.LeafBytes;
    private const int Block = 64 * 1024;

    private static readonly UploadId Upload = PartBytes.Upload(1);
    private static readonly AttemptId Granted = PartBytes.GrantedAttempt(1);
    private static readonly byte[] Bytes = PartBytes.Of((2 * MiB) + 777, seed: 1);

    private readonly TemporaryFolder _folder = new();
    private readonly DiskPartStore _store;

    public GrantedAttemptTests() => _store = DiskPartStore.OpenShared(_folder.File("parts"));

    private static Manifest ManifestOf(TreeHash hash) => new(
        Upload, ArchiveId.Derive(Upload, Bytes.Length, hash), Bytes.Length, hash, 4 * MiB, [new Extent(PartPlace.In(Granted), Bytes.Length, hash)]);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Promise("README.md", "A download returns exactly the bytes that were acknowledged, or an error, and never other bytes")]
    public async Task A_false_byte_in_any_block_is_an_error_for_each_range_of_its_mebibyte_and_for_no_other()
    {
        await _store.StoreAsync(Upload, Granted, Bytes);
        var path = _folder.Only(".part");
        var manifest = ManifestOf(TreeHasher.Compute(Bytes));
        for (var block = 0; block < Bytes.Length; block += Block)
        {
            foreach (var at in (int[])[block, Math.Min(block + Block, Bytes.Length) - 1])
            {
                FileDamage.Flip(path, at);
                var leaf = at / MiB * MiB;
                var end = Math.Min(leaf + MiB, Bytes.Length);
                foreach (var (first, last) in ((int, int)[])[(at, at), (leaf, leaf), (end - 1, end - 1), (leaf, end - 1), (0, Bytes.Length - 1)])
                {
                    using var copy = new MemoryStream();
                    await Assert.ThrowsAsync<AttemptDamagedException>(() => ReadAsync(manifest, first, last, copy));
                    Assert.Equal(Bytes[first..Math.Max(first, leaf)], copy.ToArray());
                }

                var other = leaf == 0 ? MiB : 0;
                using var intact = new MemoryStream();
                await ReadAsync(manifest, other, other + MiB - 1, intact);
                Assert.Equal(Bytes[other..(other + MiB)], intact.ToArray());
                FileDamage.Flip(path, at);
            }
        }
    }

    [Fact]
    public async Task Leaves_of_other_bytes_are_an_error_with_any_reported_tree_hash()
    {
        var lie = PartBytes.Of(Bytes.Length, seed: 2);
        await using (var writer = await _store.CreateAsync(Upload, Granted, Bytes.Length, Cancellation))
        {
            await writer.WriteAsync(lie, Cancellation);
            await writer.CommitAsync(PartBytes.Leaves(Bytes), Cancellation);
        }

        foreach (var reported in (byte[][])[Bytes, lie])
        {
            var manifest = ManifestOf(TreeHasher.Compute(reported));
            for (var at = 0; at < Bytes.Length; at += Block)
            {
                using var copy = new MemoryStream();
                await Assert.ThrowsAsync<AttemptDamagedException>(() => ReadAsync(manifest, at, Bytes.Length - 1, copy));
                Assert.Equal(0, copy.Length);
            }
        }
    }

    [Fact]
    public async Task An_attempt_that_is_not_the_part_is_an_error_although_its_footer_is_true()
    {
        await _store.StoreAsync(Upload, Granted, Bytes);
        using var copy = new MemoryStream();
        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => ReadAsync(ManifestOf(TreeHasher.Compute(PartBytes.Of(Bytes.Length, seed: 2))), 0, 0, copy));
        Assert.Equal(0, copy.Length);
    }

    [Fact]
    public async Task A_node_cannot_choose_the_version_of_its_footer()
    {
        await _store.StoreAsync(Upload, PartBytes.Attempt(1), Bytes);
        var path = _folder.Only(".part");
        File.Move(path, Path.Combine(Path.GetDirectoryName(path)!, $"{Granted}.part"));
        await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.OpenAsync(Upload, Granted, Cancellation).AsTask());
        await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.OpenAsync(Upload, Granted, Bytes.Length, Cancellation).AsTask());

        await _store.StoreAsync(Upload, PartBytes.GrantedAttempt(2), Bytes);
        path = _folder.Only($"{PartBytes.GrantedAttempt(2)}.part");
        File.Move(path, Path.Combine(Path.GetDirectoryName(path)!, $"{PartBytes.Attempt(2)}.part"));
        await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.OpenAsync(Upload, PartBytes.Attempt(2), Cancellation).AsTask());
    }

    [Fact]
    public async Task A_flipped_bit_after_the_bytes_is_detected_when_the_attempt_is_opened()
    {
        await _store.StoreAsync(Upload, Granted, Bytes);
        var path = _folder.Only(".part");
        for (var at = Bytes.Length; at < new FileInfo(path).Length; at++)
        {
            FileDamage.Flip(path, at, 1 << (at % 8));
            await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.OpenAsync(Upload, Granted, Cancellation).AsTask());
            FileDamage.Flip(path, at, 1 << (at % 8));
        }

        Assert.Equal(Bytes, await _store.LoadAsync(Upload, Granted, bufferBytes: 99_991));
    }

    [Fact]
    public async Task A_copy_of_a_store_keeps_what_nodes_wrote_and_copies_no_lie()
    {
        await _store.StoreAsync(Upload, Granted, Bytes);
        await _store.StoreAsync(Upload, PartBytes.GrantedAttempt(2), Bytes);
        FileDamage.Flip(_folder.Only($"{PartBytes.GrantedAttempt(2)}.part"), MiB);
        using var to = DiskPartStore.OpenShared(_folder.File("to"));

        var copied = await new PartsCopy(_store, to, new CopyOptions(), new ManualTime()).CopyAsync(Cancellation);

        Assert.Equal((1, 1), (copied.AttemptCount, copied.FaultCount));
        Assert.Equal([Granted], await to.AllAttemptsAsync(Upload, Cancellation));
        Assert.Equal(Bytes, await to.LoadAsync(Upload, Granted));
    }

    [Fact]
    public void The_service_alone_chooses_the_time_and_the_number_in_the_name()
    {
        var granted = AttemptId.CreateGranted(Some.Noon, Limits.MaxParts, Some.Bytes(AttemptId.GrantedRandomBytes, 1));

        Assert.Equal((true, Limits.MaxParts, Some.Noon), (granted.IsGranted, granted.GrantedNumber, granted.CreatedAt));
        Assert.Equal((false, null, Some.Noon), (Some.Attempt(1).IsGranted, Some.Attempt(1).GrantedNumber, Some.Attempt(1).CreatedAt));
        Assert.True(AttemptId.TryParse(granted.ToString(), out var parsed));
        Assert.Equal(granted, parsed);
    }

    private async Task ReadAsync(Manifest manifest, int first, int last, MemoryStream copy) =>
        await new ArchiveReader(_store).CopyAsync(manifest, new PartRange(first, last), copy, Cancellation);
}
