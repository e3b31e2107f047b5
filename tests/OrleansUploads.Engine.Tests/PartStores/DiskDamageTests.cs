namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>Damage to a file is detected; wrong bytes are never returned.</summary>
public sealed class DiskDamageTests : IAsyncLifetime
{
    private static readonly UploadId Upload = PartBytes.Upload(1);
    private static readonly AttemptId Attempt = PartBytes.Attempt(1);
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder _root = new();
    private readonly DiskPartStore _store;
    private readonly byte[] _bytes = PartBytes.Of((64 * 1024 * 2) + 777, seed: 1);
    private string _path = "";
    private byte[] _file = [];

    public DiskDamageTests() => _store = DiskPartStore.Open(_root.Path, new() { Threads = 1 });

    public async ValueTask InitializeAsync()
    {
        await _store.StoreAsync(Upload, Attempt, _bytes);
        _path = _root.Only(".part");
        _file = await File.ReadAllBytesAsync(_path);
    }

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        _root.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Promise("README.md", "A download returns exactly the bytes that were acknowledged, or an error, and never other bytes")]
    [Promise("operations.md", "a byte of an archive is damaged")]
    public async Task Bytes_with_a_flipped_bit_are_never_returned()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var (at, bit) = (random.Next(_bytes.Length), 1 << random.Next(8));
            FileDamage.Flip(_path, at, bit);
            await AssertNeverReturnedAsync(at, bufferBytes: random.Next(1, 200_000));
            FileDamage.Flip(_path, at, bit);
        }

        Assert.Equal(_bytes, await _store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task A_flipped_bit_after_the_bytes_is_detected_when_the_attempt_is_opened()
    {
        for (var at = _bytes.Length; at < _file.Length; at++)
        {
            FileDamage.Flip(_path, at, 1 << (at % 8));
            await AssertCannotBeOpenedAsync();
            FileDamage.Flip(_path, at, 1 << (at % 8));
        }

        Assert.Equal(_bytes, await _store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task A_damaged_block_is_named_and_leaves_the_buffer_empty_and_intact_blocks_stay_readable()
    {
        FileDamage.Flip(_path, 70_000);
        await using var reader = await _store.OpenAsync(Upload, Attempt, None);

        var first = new byte[64 * 1024];
        Assert.Equal(first.Length, await reader.ReadAsync(0, first, None));
        Assert.Equal(_bytes[..first.Length], first);

        var all = new byte[_bytes.Length];
        AssertNamed(_path, await Assert.ThrowsAsync<AttemptDamagedException>(() => reader.ReadAsync(0, all, None).AsTask()));
        Assert.Equal(-1, all.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public async Task A_file_that_has_become_shorter_or_longer_cannot_be_opened()
    {
        foreach (var length in new[] { 0, 1, 23, 24, 1000, _bytes.Length, _file.Length - 24, _file.Length - 1 })
        {
            await File.WriteAllBytesAsync(_path, _file[..length]);
            await AssertCannotBeOpenedAsync();
        }

        await File.WriteAllBytesAsync(_path, [.. _file, 0]);
        await AssertCannotBeOpenedAsync();
        await File.WriteAllBytesAsync(_path, _file);
        Assert.Equal(_bytes, await _store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task A_file_that_becomes_shorter_during_a_read_is_detected()
    {
        await using var reader = await _store.OpenAsync(Upload, Attempt, None);
        FileDamage.Cut(_path, _file.Length - 100_000);

        Assert.Equal(10, await reader.ReadAsync(0, new byte[10], None));
        await Assert.ThrowsAsync<AttemptDamagedException>(() => reader.ReadAsync(99_990, new byte[20], None).AsTask());
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public async Task A_file_in_place_of_another_is_detected(int otherUpload, int otherAttempt)
    {
        await _store.StoreAsync(PartBytes.Upload(otherUpload), PartBytes.Attempt(otherAttempt), _bytes);

        File.Move(OtherFile("*.part", _path), _path, overwrite: true);

        await AssertCannotBeOpenedAsync();
    }

    [Fact]
    public async Task Swapped_blocks_within_a_file_are_detected()
    {
        await File.WriteAllBytesAsync(_path, [.. _file[65_536..131_072], .. _file[..65_536], .. _file[131_072..]]);

        await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task An_incomplete_attempt_left_by_a_crash_can_be_listed_and_deleted_but_not_opened()
    {
        foreach (var bytes in new[] { [], _file[..100_000], _file[.._bytes.Length], new byte[_file.Length] })
        {
            await File.WriteAllBytesAsync(_path, bytes);

            Assert.Equal([Attempt], await _store.AllAttemptsAsync(Upload, None));
            await AssertCannotBeOpenedAsync();
        }

        await _store.DeleteAttemptAsync(Upload, Attempt, None);
        Assert.False(File.Exists(_path));
    }

    [Fact]
    public async Task A_damaged_manifest_is_neither_read_nor_replaced()
    {
        var manifest = PartBytes.Manifest(Upload, extents: 5, seed: 2);
        await _store.PutManifestAsync(manifest, None);
        FileDamage.Flip(_root.Only("manifest"), 350);

        AssertNamed(
            _root.Only("manifest"),
            await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.ReadManifestAsync(Upload, None).AsTask()));
        await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.PutManifestAsync(manifest, None).AsTask());
    }

    [Fact]
    public async Task A_manifest_in_place_of_another_is_detected()
    {
        await _store.PutManifestAsync(PartBytes.Manifest(Upload, 1, seed: 3), None);
        var path = _root.Only("manifest");
        await _store.PutManifestAsync(PartBytes.Manifest(PartBytes.Upload(2), 1, seed: 4), None);

        File.Copy(OtherFile("manifest", path), path, overwrite: true);

        await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.ReadManifestAsync(Upload, None).AsTask());
    }

    // The operator has to find the file, which only its path in the folder tells.
    private void AssertNamed(string path, AttemptDamagedException damaged) =>
        Assert.StartsWith(Path.GetRelativePath(_root.Path, path) + " in the part store: ", damaged.Message, StringComparison.Ordinal);

    private string OtherFile(string pattern, string path) =>
        Directory.EnumerateFiles(_root.Path, pattern, SearchOption.AllDirectories).Single(file => file != path);

    private async Task AssertCannotBeOpenedAsync() =>
        await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.OpenAsync(Upload, Attempt, None).AsTask());

    // Reads the attempt with a buffer of the given size. Each read returns the original bytes or fails.
    private async Task AssertNeverReturnedAsync(int damagedAt, int bufferBytes)
    {
        await using var reader = await _store.OpenAsync(Upload, Attempt, None);
        var buffer = new byte[bufferBytes];
        for (var at = 0; at < _bytes.Length; at += bufferBytes)
        {
            try
            {
                var read = await reader.ReadAsync(at, buffer, None);
                Assert.True(damagedAt < at || damagedAt >= at + read, $"the damaged byte at {damagedAt} was returned");
                Assert.Equal(_bytes.AsSpan(at, read), buffer.AsSpan(0, read));
            }
            catch (AttemptDamagedException)
            {
                Assert.InRange(damagedAt / 65_536, at / 65_536, (at + bufferBytes - 1) / 65_536);
            }
        }
    }
}
