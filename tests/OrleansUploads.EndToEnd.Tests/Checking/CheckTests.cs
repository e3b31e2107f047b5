using OrleansUploads.EndToEnd.Tests.Damage;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.Checking;

/// <summary>Each kind of damage is named, with the archive or the upload that it hits.</summary>
public sealed class CheckTests : IAsyncLifetime
{
    private const string VaultId = "000000000001/" + Acknowledged.Vault;

    private readonly TemporaryFolder _folder = new();
    private Acknowledged _acknowledged = null!;
    private DataFolder _data = null!;
    private string _archiveFolder = null!;
    private string _uploadFolder = null!;

    public async ValueTask InitializeAsync()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data, "--quiet");
        _acknowledged = await Acknowledged.CreateAsync(server);
        await server.StopAsync();
        _data = new DataFolder(_folder.Data);
        _uploadFolder = Assert.Single(Directory.GetDirectories(
            _data.File("parts"), _acknowledged.UploadId, SearchOption.AllDirectories));
        _archiveFolder = Path.GetDirectoryName(Assert.Single(Directory.GetFiles(
            _data.File("parts"), "manifest", SearchOption.AllDirectories)))!;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData]
    [InlineData("--deep")]
    [InlineData("--rate", "100MiB/s")]
    public async Task A_sound_folder_is_called_sound(params string[] options)
    {
        var result = await CheckedFolder.CheckAsync(_data, options);

        Assert.Empty(result.Damage);
        Assert.Equal((1, 1, 5, 0), (result.Archives, result.OpenUploads, result.Parts, result.Orphans));
    }

    [Fact]
    public async Task A_server_that_was_killed_leaves_a_sound_folder()
    {
        await using (var server = await ServerProcess.StartAsync(_folder.Data, "--quiet"))
        {
            await server.Connect().UploadArchiveAsync(
                Acknowledged.Vault, Client.Sources.HashedBody.Of(Archives.Bytes(Archives.MiB, seed: 3)));
            await server.KillAsync();
        }

        var result = await CheckedFolder.CheckAsync(_data, "--deep");

        Assert.Empty(result.Damage);
        Assert.Equal(2, result.Archives);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(700_000)]
    [InlineData(-1)]
    [InlineData(-30)]
    public async Task A_flipped_byte_in_a_part_is_named(long offset)
    {
        DataFolder.Flip(PartOf(_archiveFolder), offset);
        DataFolder.Flip(PartOf(_uploadFolder), offset);

        var damage = (await CheckedFolder.CheckAsync(_data)).Damage;

        Assert.Equal(2, damage.Count);
        AssertNamed(damage, "part", PartOf(_archiveFolder), _acknowledged.ArchiveId, null);
        AssertNamed(damage, "part", PartOf(_uploadFolder), null, _acknowledged.UploadId);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(2_000_000)]
    public async Task A_part_that_lost_its_end_is_named(long bytes)
    {
        DataFolder.Cut(PartOf(_archiveFolder), bytes);

        AssertNamed(
            (await CheckedFolder.CheckAsync(_data)).Damage, "part", PartOf(_archiveFolder), _acknowledged.ArchiveId, null);
    }

    [Fact]
    public async Task A_part_of_another_length_is_named()
    {
        await File.AppendAllTextAsync(PartOf(_archiveFolder), "more");

        AssertNamed(
            (await CheckedFolder.CheckAsync(_data)).Damage, "part", PartOf(_archiveFolder), _acknowledged.ArchiveId, null);
    }

    [Fact]
    public async Task A_part_in_the_place_of_another_is_named()
    {
        var parts = Directory.GetFiles(_archiveFolder, "*.part").Order(StringComparer.Ordinal).ToList();
        File.Copy(parts[1], parts[0], overwrite: true);

        AssertNamed((await CheckedFolder.CheckAsync(_data)).Damage, "part", parts[0], _acknowledged.ArchiveId, null);
    }

    [Fact]
    public async Task A_missing_part_is_named()
    {
        var (ofArchive, ofUpload) = (PartOf(_archiveFolder), PartOf(_uploadFolder));
        File.Delete(ofArchive);
        File.Delete(ofUpload);

        var damage = (await CheckedFolder.CheckAsync(_data)).Damage;

        Assert.Equal(2, damage.Count);
        AssertNamed(damage, "part", ofArchive, _acknowledged.ArchiveId, null);
        AssertNamed(damage, "part", ofUpload, null, _acknowledged.UploadId);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(120)]
    [InlineData(-1)]
    public async Task A_flipped_byte_in_a_manifest_is_named(long offset)
    {
        var manifest = Path.Combine(_archiveFolder, "manifest");
        DataFolder.Flip(manifest, offset);

        AssertNamed((await CheckedFolder.CheckAsync(_data)).Damage, "manifest", manifest, _acknowledged.ArchiveId, null);
    }

    [Fact]
    public async Task A_missing_manifest_is_named()
    {
        var manifest = Path.Combine(_archiveFolder, "manifest");
        File.Delete(manifest);

        AssertNamed((await CheckedFolder.CheckAsync(_data)).Damage, "manifest", manifest, _acknowledged.ArchiveId, null);
    }

    [Fact]
    public async Task A_lost_folder_of_all_bytes_names_every_archive_and_every_part_of_an_upload()
    {
        Directory.Delete(_data.File("parts"), recursive: true);

        var damage = (await CheckedFolder.CheckAsync(_data)).Damage;

        Assert.Equal(3, damage.Count);
        Assert.Single(damage, found => found.Kind == "manifest" && found.Archive == _acknowledged.ArchiveId);
        Assert.Equal(2, damage.Count(found => found.Kind == "part" && found.Upload == _acknowledged.UploadId));
        Assert.False(Directory.Exists(_data.File("parts")), "A check makes nothing.");
    }

    [Fact]
    public async Task Older_bytes_than_the_journal_knows_are_named()
    {
        var older = _data.CopyTo(_folder.File("older"));
        string later;
        await using (var server = await ServerProcess.StartAsync(_folder.Data, "--quiet"))
        {
            later = (await server.Connect().UploadArchiveAsync(
                Acknowledged.Vault, Client.Sources.HashedBody.Of(Archives.Bytes(Archives.MiB, seed: 3)))).ArchiveId;
            await server.StopAsync();
        }

        Directory.Delete(_data.File("parts"), recursive: true);
        Directory.Move(older.File("parts"), _data.File("parts"));

        Assert.Equal(later, Assert.Single((await CheckedFolder.CheckAsync(_data)).Damage).Archive);
    }

    [Fact]
    public async Task A_flipped_byte_in_the_history_of_an_upload_is_named_with_the_upload()
    {
        foreach (var at in DataFolder.Find(_data.Journal, "part-stored.1"))
        {
            DataFolder.Flip(_data.Journal, at);
        }

        var damage = (await CheckedFolder.CheckAsync(_data)).Damage;

        Assert.Contains(damage, found => found.Kind == "history" && found.Upload == _acknowledged.UploadId);
        Assert.Contains(damage, found =>
            found.Kind == "index" && found.Upload == _acknowledged.UploadId && found.Vault == VaultId);
        Assert.Contains(damage, found =>
            found.Kind == "index" && found.Archive == _acknowledged.ArchiveId && found.Vault == VaultId);
    }

    [Fact]
    public async Task A_flipped_byte_in_a_page_of_open_uploads_is_named_with_its_vault()
    {
        foreach (var at in DataFolder.Find(_data.Journal, "upload-paged.1"))
        {
            DataFolder.Flip(_data.Journal, at);
        }

        var damage = (await CheckedFolder.CheckAsync(_data)).Damage;

        Assert.Contains(damage, found => found.Kind == "history" && found.Vault == VaultId);
        Assert.Contains(damage, found => found.Kind == "index" && found.Vault == VaultId);
    }

    [Fact]
    public async Task A_flipped_byte_in_the_name_of_an_upload_is_noticed_wherever_the_name_is_in_use()
    {
        var offsets = DataFolder.Find(_data.Journal, _acknowledged.UploadId);
        var noticed = 0;
        for (var copy = 0; copy < offsets.Count; copy++)
        {
            var damaged = _data.CopyTo(_folder.File($"copy-{copy}"));
            DataFolder.Flip(damaged.Journal, offsets[copy] + 30);
            noticed += (await CheckedFolder.CheckAsync(damaged)).Damage.Count > 0 ? 1 : 0;
        }

        // The name is in the table, in its index, and in records; some of these may lie in pages that are free again.
        Assert.InRange(noticed, 4, offsets.Count);
    }

    [Fact]
    public async Task A_journal_that_lost_its_end_is_named()
    {
        await using (var server = await ServerProcess.StartAsync(_folder.Data, "--quiet"))
        {
            await server.Connect().InitiateMultipartUploadAsync(Acknowledged.Vault, Archives.MiB);
            await server.KillAsync();
        }

        DataFolder.Cut(_data.WriteAheadLog, 40);

        Assert.Contains((await CheckedFolder.CheckAsync(_data)).Damage, found =>
            found.Kind == "journal" && found.What.Contains("were acknowledged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_journal_is_damage_and_a_folder_of_something_else_cannot_be_checked()
    {
        File.Delete(_data.Journal);
        Assert.Contains("journal.db is missing", Assert.Single((await CheckedFolder.CheckAsync(_data)).Damage).What, StringComparison.Ordinal);

        var other = await CommandLine.RunAsync("check", "--data", _folder.Path);
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("is not a data folder", other.Error, StringComparison.Ordinal);

        var wrong = await CommandLine.RunAsync("check", "--data", _folder.Data, "--rate", "fast");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("'fast' is not a valid rate", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_nothing_refers_to_are_told_and_are_no_damage()
    {
        var extra = Path.Combine(_uploadFolder, new string('0', 32) + ".part");
        await File.WriteAllTextAsync(extra, "half a part");

        var result = await CheckedFolder.CheckAsync(_data);

        Assert.Empty(result.Damage);
        Assert.Equal(1, result.Orphans);
        Assert.True(File.Exists(extra), "A check deletes nothing.");
    }

    [Fact]
    public async Task A_check_that_was_interrupted_goes_on_where_it_was()
    {
        // The manifest is read at once; the parts of the upload behind it would take many minutes at this rate.
        DataFolder.Flip(Path.Combine(_archiveFolder, "manifest"), 120);
        var file = _folder.File("position");
        await using (var process = CommandLine.Start(
            ["check", "--data", _data.Path, "--resume", file, "--rate", "10KiB/s"]))
        {
            Assert.NotNull(await process.WaitForLineAsync("damaged: parts/", TimeSpan.FromSeconds(60)));
            process.Terminate();
            Assert.Equal(2, await process.WaitForExitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains("Run the same command again", process.Error, StringComparison.Ordinal);
        }

        var rest = await CommandLine.RunAsync("check", "--data", _data.Path, "--resume", file, "--quiet");

        Assert.Equal(1, rest.ExitCode);
        Assert.Contains("Damaged: 1 findings. Checked 1 archives, 1 open uploads, 2 parts", rest.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged: parts/", rest.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(file), "A check that has come to its end leaves nothing to go on from.");
    }

    private static string PartOf(string folder) =>
        Directory.GetFiles(folder, "*.part").Order(StringComparer.Ordinal).First();

    private void AssertNamed(
        IReadOnlyList<FoundDamage> damage, string kind, string path, string? archive, string? upload)
    {
        var file = Path.GetRelativePath(_data.Path, path).Replace('\\', '/');
        var found = Assert.Single(damage, found => found.File == file);
        Assert.Equal(kind, found.Kind);
        Assert.Equal(VaultId, found.Vault);
        Assert.Equal(archive, found.Archive);
        Assert.True(upload is null || found.Upload == upload, found.ToString());
    }
}
