using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>Damage to a file is detected; wrong bytes are never returned.</summary>
public sealed class DiskDamageTests : IDisposable
{
    private static readonly UploadId Upload = PartBytes.Upload(1);
    private static readonly AttemptId Attempt = PartBytes.Attempt(1);

    private readonly TemporaryRoot _root = new();
    private readonly DiskPartStore _store;
    private readonly byte[] _bytes = PartBytes.Of((64 * 1024 * 2) + 777, seed: 1);

    public DiskDamageTests() => _store = DiskPartStore.Open(_root.Path, new() { Threads = 1 });

    public void Dispose()
    {
        _store.Dispose();
        _root.Dispose();
    }

    [Fact]
    [Promise("README.md", "A download returns exactly the bytes that were acknowledged, or an error, and never other bytes")]
    [Promise("operations.md", "a byte of an archive is damaged")]
    public async Task Bytes_with_a_flipped_bit_are_never_returned()
    {
        await _store.StoreAsync(Upload, Attempt, _bytes);
        var path = _root.File(".part");
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var at = random.Next(_bytes.Length);
            using (FlipBit(path, at, random.Next(8)))
            {
                await AssertNeverReturnedAsync(at, bufferBytes: random.Next(1, 200_000));
            }
        }

        Assert.Equal(_bytes, await _store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task A_flipped_bit_after_the_bytes_is_detected_when_the_attempt_is_opened()
    {
        await _store.StoreAsync(Upload, Attempt, _bytes);
        var path = _root.File(".part");
        for (var at = _bytes.Length; at < new FileInfo(path).Length; at++)
        {
            using (FlipBit(path, at, at % 8))
            {
                await AssertCannotBeOpenedAsync();
            }
        }

        Assert.Equal(_bytes, await _store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task A_damaged_block_leaves_the_buffer_empty_and_intact_blocks_stay_readable()
    {
        await _store.StoreAsync(Upload, Attempt, _bytes);
        using var damage = FlipBit(_root.File(".part"), 70_000, bit: 0);
        await using var reader = await _store.OpenAsync(Upload, Attempt, CancellationToken.None);

        var first = new byte[64 * 1024];
        Assert.Equal(first.Length, await reader.ReadAsync(0, first, CancellationToken.None));
        Assert.Equal(_bytes[..first.Length], first);

        var all = new byte[_bytes.Length];
        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => reader.ReadAsync(0, all, CancellationToken.None).AsTask());
        Assert.Equal(-1, all.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public async Task A_file_that_has_become_shorter_or_longer_cannot_be_opened()
    {
        await _store.StoreAsync(Upload, Attempt, _bytes);
        var path = _root.File(".part");
        var whole = await File.ReadAllBytesAsync(path);
        foreach (var length in new[] { 0, 1, 23, 24, 1000, _bytes.Length, whole.Length - 24, whole.Length - 1 })
        {
            await File.WriteAllBytesAsync(path, whole[..length]);
            await AssertCannotBeOpenedAsync();
        }

        await File.WriteAllBytesAsync(path, [.. whole, 0]);
        await AssertCannotBeOpenedAsync();
        await File.WriteAllBytesAsync(path, whole);
        Assert.Equal(_bytes, await _store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task A_file_that_becomes_shorter_during_a_read_is_detected()
    {
        await _store.StoreAsync(Upload, Attempt, _bytes);
        await using var reader = await _store.OpenAsync(Upload, Attempt, CancellationToken.None);
        using (var file = File.OpenHandle(_root.File(".part"), access: FileAccess.Write, share: FileShare.ReadWrite))
        {
            RandomAccess.SetLength(file, 100_000);
        }

        Assert.Equal(10, await reader.ReadAsync(0, new byte[10], CancellationToken.None));
        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => reader.ReadAsync(99_990, new byte[20], CancellationToken.None).AsTask());
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public async Task A_file_in_place_of_another_is_detected(int otherUpload, int otherAttempt)
    {
        await _store.StoreAsync(Upload, Attempt, _bytes);
        var path = _root.File(".part");
        await _store.StoreAsync(PartBytes.Upload(otherUpload), PartBytes.Attempt(otherAttempt), _bytes);
        var otherPath =
            Directory.EnumerateFiles(_root.Path, "*.part", SearchOption.AllDirectories).Single(file => file != path);

        File.Move(otherPath, path, overwrite: true);

        await AssertCannotBeOpenedAsync();
    }

    [Fact]
    public async Task Swapped_blocks_within_a_file_are_detected()
    {
        await _store.StoreAsync(Upload, Attempt, _bytes);
        var path = _root.File(".part");
        var file = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, [.. file[65_536..131_072], .. file[..65_536], .. file[131_072..]]);

        await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task An_incomplete_attempt_left_by_a_crash_can_be_listed_and_deleted_but_not_opened()
    {
        await _store.StoreAsync(Upload, PartBytes.Attempt(2), _bytes);
        var whole = await File.ReadAllBytesAsync(_root.File(".part"));
        var left = Path.Combine(Path.GetDirectoryName(_root.File(".part"))!, Attempt + ".part");
        foreach (var bytes in new[] { [], whole[..100_000], whole[.._bytes.Length], new byte[whole.Length] })
        {
            await File.WriteAllBytesAsync(left, bytes);

            Assert.Contains(Attempt, await _store.AllAttemptsAsync(Upload, CancellationToken.None));
            await AssertCannotBeOpenedAsync();
            await _store.DeleteAttemptAsync(Upload, Attempt, CancellationToken.None);
            Assert.False(File.Exists(left));
        }
    }

    [Fact]
    public async Task A_damaged_manifest_is_neither_read_nor_replaced()
    {
        var manifest = PartBytes.Manifest(Upload, extents: 5, seed: 2);
        await _store.PutManifestAsync(manifest, CancellationToken.None);
        using var damage = FlipBit(_root.File("manifest"), 350, bit: 3);

        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => _store.ReadManifestAsync(Upload, CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => _store.PutManifestAsync(manifest, CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task A_manifest_in_place_of_another_is_detected()
    {
        await _store.PutManifestAsync(PartBytes.Manifest(Upload, 1, seed: 3), CancellationToken.None);
        var path = _root.File("manifest");
        var other = PartBytes.Upload(2);
        await _store.PutManifestAsync(PartBytes.Manifest(other, 1, seed: 4), CancellationToken.None);
        var otherPath =
            Directory.EnumerateFiles(_root.Path, "manifest", SearchOption.AllDirectories).Single(file => file != path);

        File.Copy(otherPath, path, overwrite: true);

        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => _store.ReadManifestAsync(Upload, CancellationToken.None).AsTask());
    }

    private async Task AssertCannotBeOpenedAsync() =>
        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => _store.OpenAsync(Upload, Attempt, CancellationToken.None).AsTask());

    // Reads the attempt with a buffer of the given size. Each read returns the original bytes or fails.
    private async Task AssertNeverReturnedAsync(int damagedAt, int bufferBytes)
    {
        await using var reader = await _store.OpenAsync(Upload, Attempt, CancellationToken.None);
        var buffer = new byte[bufferBytes];
        for (var at = 0; at < _bytes.Length; at += bufferBytes)
        {
            try
            {
                var read = await reader.ReadAsync(at, buffer, CancellationToken.None);
                Assert.True(damagedAt < at || damagedAt >= at + read, $"the damaged byte at {damagedAt} was returned");
                Assert.Equal(_bytes.AsSpan(at, read), buffer.AsSpan(0, read));
            }
            catch (AttemptDamagedException)
            {
                Assert.InRange(damagedAt / 65_536, at / 65_536, (at + bufferBytes - 1) / 65_536);
            }
        }
    }

    private static FlippedBit FlipBit(string path, long at, int bit) => new(path, at, (byte)(1 << bit));

    /// <summary>Flips a bit in a file until disposed.</summary>
    private sealed class FlippedBit : IDisposable
    {
        private readonly string _path;
        private readonly long _at;
        private readonly byte _mask;

        public FlippedBit(string path, long at, byte mask)
        {
            (_path, _at, _mask) = (path, at, mask);
            Flip();
        }

        public void Dispose() => Flip();

        private void Flip()
        {
            using var file = File.OpenHandle(_path, access: FileAccess.ReadWrite, share: FileShare.ReadWrite);
            var one = new byte[1];
            Assert.Equal(1, RandomAccess.Read(file, one, _at));
            one[0] ^= _mask;
            RandomAccess.Write(file, one, _at);
        }
    }
}
