using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class DiskLayoutTests : TestWithFolder
{
    private static readonly UploadId Upload = PartBytes.Upload(1);
    private static readonly AttemptId[] Attempts = [PartBytes.Attempt(1), PartBytes.GrantedAttempt(1)];

    private readonly string _root;

    public DiskLayoutTests() => _root = Path.Combine(Folder.Path, "not", "there", "yet");

    [Fact]
    public async Task Only_the_owner_can_access_files_and_directories()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix file modes.");
            return;
        }

        using var store = await OpenWithOneOfEachAsync();
        const UnixFileMode owned = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var path in Directory.EnumerateFileSystemEntries(Folder.Path, "*", SearchOption.AllDirectories))
        {
            var expected = Directory.Exists(path) ? owned | UnixFileMode.UserExecute : owned;
            Assert.Equal((path, expected), (path, File.GetUnixFileMode(path)));
        }
    }

    [Fact]
    public async Task A_file_contains_the_bytes_then_checksums_leaves_and_trailer()
    {
        using var store = DiskPartStore.Open(_root);
        var bytes = PartBytes.Of((1024 * 1024) + 5, seed: 1);
        await store.StoreAsync(Upload, PartBytes.Attempt(1), bytes);

        var file = await File.ReadAllBytesAsync(Folder.Only(PartBytes.Attempt(1) + ".part"));
        var leavesAt = bytes.Length + (17 * 4);
        var trailerAt = leavesAt + (2 * 32);
        Assert.Equal(trailerAt + 24, file.Length);
        Assert.Equal(bytes, file.AsSpan(0, bytes.Length));
        Assert.Equal(PartBytes.Leaves(bytes)[1].Span, file.AsSpan(leavesAt + 32, 32));
        Assert.Equal("OU-PART\n\u0001\0\0\0"u8, file.AsSpan(trailerAt, 12));
        Assert.Equal(bytes.Length, BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(trailerAt + 12)));
    }

    [Fact]
    public async Task A_file_that_a_node_wrote_contains_the_bytes_then_leaves_and_trailer()
    {
        using var store = DiskPartStore.Open(_root);
        var bytes = PartBytes.Of((1024 * 1024) + 5, seed: 1);
        var attempt = PartBytes.GrantedAttempt(1);
        await store.StoreAsync(Upload, attempt, bytes);

        var file = await File.ReadAllBytesAsync(Folder.Only(".part"));
        var footer = new List<byte>();
        foreach (var leaf in PartBytes.Leaves(bytes))
        {
            footer.AddRange(leaf.Span);
        }

        footer.AddRange("OU-PART\n\u0002\0\0\0"u8);
        footer.AddRange(BitConverter.GetBytes((long)bytes.Length));
        footer.AddRange(SHA256.HashData([.. footer, .. Encoding.ASCII.GetBytes(Upload.ToString()), .. Convert.FromHexString(attempt.ToString())]));
        Assert.Equal(bytes.Concat(footer), file);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(TreeHash.LeafBytes)]
    [InlineData(TreeHash.LeafBytes + 1)]
    [InlineData(Limits.MaxPartSizeBytes)]
    [InlineData(Limits.MaxPartSizeBytes + 1)]
    [InlineData(ObjectLimits.MaxPartBytes)]
    public void The_length_of_a_file_tells_how_many_bytes_come_before_the_footer(long lengthBytes) =>
        Assert.All(Attempts, attempt => Assert.Equal(
            lengthBytes, AttemptFooter.LengthIn(attempt, lengthBytes + AttemptFooter.BytesFor(attempt, lengthBytes))));

    [Fact]
    public void No_attempt_is_longer_than_the_longest_part()
    {
        const long TooLong = ObjectLimits.MaxPartBytes + 1;
        Assert.All(Attempts, attempt => Assert.Null(
            AttemptFooter.LengthIn(attempt, TooLong + AttemptFooter.BytesFor(attempt, TooLong))));
    }

    [Fact]
    public async Task The_checksum_of_a_block_is_the_standard_one()
    {
        using var store = DiskPartStore.Open(_root);
        await store.StoreAsync(Upload, PartBytes.Attempt(1), "123456789"u8.ToArray());

        // The standard check value of CRC-32C, so that operators can verify it with other tools.
        var file = await File.ReadAllBytesAsync(Folder.Only(".part"));
        Assert.Equal(0xE3069283u, BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(9)));
    }

    [Fact]
    public async Task A_reopened_store_has_everything()
    {
        (await OpenWithOneOfEachAsync()).Dispose();

        using var store = DiskPartStore.Open(_root);
        Assert.Equal([1, 2, 3], await store.LoadAsync(Upload, PartBytes.Attempt(1)));
        Assert.NotNull(await store.ReadManifestAsync(Upload, CancellationToken.None));
        Assert.Equal([Upload], await store.ListUploadsAsync(CancellationToken.None).ToListAsync());
    }

    [Fact]
    public async Task A_single_request_is_one_file_with_the_name_of_its_upload()
    {
        using var store = DiskPartStore.Open(_root);
        var upload = PartBytes.SingleRequest(1);
        await store.StoreAsync(upload, PartBytes.Attempt(1), [1, 2, 3]);

        var file = Folder.Only(".part");
        Assert.Equal(Path.Combine(_root, Path.GetFileName(Path.GetDirectoryName(file)!), $"{upload}.part"), file);
        Assert.Equal([Path.GetDirectoryName(file)], Directory.EnumerateFileSystemEntries(_root));

        await store.DeleteUploadAsync(upload, CancellationToken.None);
        Assert.Empty(Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Foreign_names_are_not_listed_and_not_deleted()
    {
        using var store = await OpenWithOneOfEachAsync();
        var uploadDirectory = Path.GetDirectoryName(Folder.Only(".part"))!;
        var elsewhere = Path.Combine(_root, "zz", PartBytes.Upload(2).ToString());
        Directory.CreateDirectory(elsewhere);
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(uploadDirectory)!, "lost+found"));
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(uploadDirectory)!, PartBytes.Upload(3).ToString()));
        var note = Path.Combine(uploadDirectory, "notes.part");
        await File.WriteAllTextAsync(note, "a foreign file");
        await File.WriteAllTextAsync(uploadDirectory + ".copy", "a foreign file");

        Assert.Equal([Upload], await store.ListUploadsAsync(CancellationToken.None).ToListAsync());
        Assert.Equal([PartBytes.Attempt(1)], await store.AllAttemptsAsync(Upload, CancellationToken.None));
        await store.DeleteUploadAsync(Upload, CancellationToken.None);
        Assert.Equal(
            [uploadDirectory + ".copy", note], Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Manifest_leftovers_of_a_crash_are_removed_before_the_last_flush_of_its_repetition(bool isStored)
    {
        (await OpenWithOneOfEachAsync()).Dispose();
        var manifest = Folder.Only("manifest");
        File.Copy(manifest, manifest + ".0.unfinished");
        File.Copy(manifest, manifest + ".1.unfinished");
        if (!isStored)
        {
            File.Delete(manifest);
        }

        var flush = new NoFlush(Path.GetDirectoryName(manifest)!);
        using var store = DiskPartStore.Open(_root, new() { Flush = flush });

        await store.PutManifestAsync(PartBytes.Manifest(Upload, 1, seed: 1), CancellationToken.None);

        Assert.NotNull(await store.ReadManifestAsync(Upload, CancellationToken.None));
        Assert.Equal(["manifest"], flush.Names.Where(static name => name.StartsWith("manifest", StringComparison.Ordinal)));
        Assert.Equal([manifest], Directory.EnumerateFiles(Path.GetDirectoryName(manifest)!, "manifest*"));
    }

    [Fact]
    public async Task Manifest_leftovers_of_a_crash_are_removed_with_the_upload()
    {
        using var store = await OpenWithOneOfEachAsync();
        var manifest = Folder.Only("manifest");
        File.Move(manifest, manifest + ".0.unfinished");

        await store.DeleteUploadAsync(Upload, CancellationToken.None);

        Assert.Empty(Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.GetDirectoryName(manifest)));
    }

    [Fact]
    public async Task Uploads_are_spread_evenly_and_all_listed()
    {
        using var store = DiskPartStore.Open(_root, new() { Flush = new NoFlush(_root) });
        var expected = Enumerable.Range(0, 500).Select(Numbered).ToHashSet();
        var writers = new List<IAttemptWriter>();
        foreach (var upload in expected)
        {
            writers.Add(await store.CreateAsync(upload, PartBytes.Attempt(1), 1, default));
        }

        Assert.Equal(expected, await store.ListUploadsAsync(default).ToHashSetAsync());
        Assert.InRange(Directory.EnumerateDirectories(_root).Count(), 150, 256);
        Assert.All(
            Directory.EnumerateDirectories(_root),
            path => Assert.InRange(Directory.GetDirectories(path).Length, 1, 12));
        foreach (var writer in writers)
        {
            await writer.DisposeAsync();
        }

        Assert.Empty(await store.ListUploadsAsync(default).ToListAsync());
    }

    [Fact]
    public async Task Hundreds_of_uploads_in_one_fan_out_directory_are_all_listed()
    {
        using var store = DiskPartStore.Open(_root);
        var expected = Enumerable.Range(0, int.MaxValue)
            .Select(Numbered).Where(upload => FanOutOf(upload) == 0x2a).Take(600).ToHashSet();
        foreach (var upload in expected)
        {
            Directory.CreateDirectory(Path.Combine(_root, "2a", upload.ToString()));
        }

        Assert.Equal(expected, await store.ListUploadsAsync(default).ToHashSetAsync());

        static int FanOutOf(UploadId upload) =>
            (byte)~upload.ToString().Aggregate(~0u, (crc, letter) => BitOperations.Crc32C(crc, (byte)letter));
    }

    [Fact]
    public async Task A_directory_removed_externally_is_recreated()
    {
        using var store = await OpenWithOneOfEachAsync();
        foreach (var fanOut in Directory.EnumerateDirectories(_root))
        {
            Directory.Delete(fanOut, recursive: true);
        }

        await store.StoreAsync(Upload, PartBytes.Attempt(2), [4]);
        Assert.Equal([4], await store.LoadAsync(Upload, PartBytes.Attempt(2)));
    }

    [Fact]
    public async Task Uploads_above_the_cache_limit_are_all_durable_and_readable()
    {
        using var store = DiskPartStore.Open(_root, new() { Flush = new NoFlush(_root), LiveDirectories = 8 });
        for (var i = 0; i < 10; i++)
        {
            await using var writer = await store.CreateAsync(PartBytes.Upload(i), PartBytes.Attempt(i), 1, default);
            await store.DeleteAttemptAsync(PartBytes.Upload(i), PartBytes.Attempt(i + 1), default);
        }

        await store.StoreAsync(Upload, PartBytes.Attempt(1), [1]);
        Assert.Equal([1], await store.LoadAsync(Upload, PartBytes.Attempt(1)));
    }

    [Fact]
    public async Task The_default_upload_ID_is_refused()
    {
        using var store = await OpenWithOneOfEachAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => store.DeleteUploadAsync(default, default).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(
            () => store.CreateAsync(default, PartBytes.Attempt(1), 1, default).AsTask());
        Assert.Equal([1, 2, 3], await store.LoadAsync(Upload, PartBytes.Attempt(1)));
    }

    [Fact]
    public async Task A_closed_store_refuses_commits()
    {
        using var store = DiskPartStore.Open(_root);
        await using var writer = await store.CreateAsync(Upload, PartBytes.Attempt(1), 1, default);
        await writer.WriteAsync(new byte[1], default);
        store.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => writer.CommitAsync(PartBytes.Leaves([0]), default).AsTask());
    }

    // IDs that differ only in the last characters, which a fan-out by the first characters would put into one directory.
    private static UploadId Numbered(int number)
    {
        Assert.True(UploadId.TryParse($"{new string('A', 82)}{number:0000000000}", out var upload));
        return upload;
    }

    private async Task<DiskPartStore> OpenWithOneOfEachAsync()
    {
        var store = DiskPartStore.Open(_root);
        await store.StoreAsync(Upload, PartBytes.Attempt(1), [1, 2, 3]);
        await store.PutManifestAsync(PartBytes.Manifest(Upload, 1, seed: 1), CancellationToken.None);
        return store;
    }

    /// <summary>Flushes nothing, and records the names in a directory at its last flush.</summary>
    private sealed class NoFlush(string directory) : IDiskFlush
    {
        public IReadOnlyList<string> Names { get; private set; } = [];

        public int FlushFile(SafeFileHandle file, string path) => 0;

        public int FlushDirectory(string path)
        {
            if (path == directory)
            {
                Names = [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file))];
            }

            return 0;
        }
    }
}
