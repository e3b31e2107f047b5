using OrleansUploads.EndToEnd.Tests.Damage;

namespace OrleansUploads.EndToEnd.Tests.Checking;

/// <summary><c>check</c> reports each kind of damage, with the affected archive or upload.</summary>
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
    [InlineData("--limit", "100MiB/s", Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task An_undamaged_folder_is_reported_as_sound(params string[] options)
    {
        var result = await CheckedFolder.CheckAsync(_data, options);

        Assert.Empty(result.Damage);
        Assert.Equal((1, 1, 5, 0), (result.Archives, result.OpenUploads, result.Parts, result.Orphans));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}", Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData("{\"keys\":[{\"accessKeyId\":\"AKIA\"", Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task Key_pairs_with_which_a_server_does_not_start_are_reported(string content)
    {
        var keys = _data.File("keys.json");
        await File.WriteAllTextAsync(keys, content, TestContext.Current.CancellationToken);
        var refused = await ServerProcess.RefuseAsync(new ServerSetup(_folder.Data) { Environment = CommandLine.WithoutOperatorKey });
        Assert.Contains("keys.json", refused.Error, StringComparison.Ordinal);

        var result = await CheckedFolder.CheckAsync(_data);

        var damage = Assert.Single(result.Damage);
        Assert.Equal(("keys", "keys.json"), (damage.Kind, damage.File));
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_killed_server_leaves_a_sound_folder()
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
    [InlineData(700_000, Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData(-1, Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData(-30, Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task A_flipped_bit_in_a_part_is_reported(long offset)
    {
        DataFolder.Flip(PartOf(_archiveFolder), offset);
        DataFolder.Flip(PartOf(_uploadFolder), offset);

        var damage = (await CheckedFolder.CheckAsync(_data)).Damage;

        Assert.Equal(2, damage.Count);
        AssertReported(damage, "part", PartOf(_archiveFolder), _acknowledged.ArchiveId, null);
        AssertReported(damage, "part", PartOf(_uploadFolder), null, _acknowledged.UploadId);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(2_000_000)]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_truncated_part_is_reported(long bytes)
    {
        DataFolder.Cut(PartOf(_archiveFolder), bytes);

        AssertReported(
            (await CheckedFolder.CheckAsync(_data)).Damage, "part", PartOf(_archiveFolder), _acknowledged.ArchiveId, null);
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_part_that_is_too_long_is_reported()
    {
        await File.AppendAllTextAsync(PartOf(_archiveFolder), "more");

        AssertReported(
            (await CheckedFolder.CheckAsync(_data)).Damage, "part", PartOf(_archiveFolder), _acknowledged.ArchiveId, null);
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_part_with_the_bytes_of_another_is_reported()
    {
        var parts = Directory.GetFiles(_archiveFolder, "*.part").Order(StringComparer.Ordinal).ToList();
        File.Copy(parts[1], parts[0], overwrite: true);

        AssertReported((await CheckedFolder.CheckAsync(_data)).Damage, "part", parts[0], _acknowledged.ArchiveId, null);
    }

    [Fact]
    public async Task A_missing_part_is_reported()
    {
        var (archivePart, uploadPart) = (PartOf(_archiveFolder), PartOf(_uploadFolder));
        File.Delete(archivePart);
        File.Delete(uploadPart);

        var damage = (await CheckedFolder.CheckAsync(_data)).Damage;

        Assert.Equal(2, damage.Count);
        AssertReported(damage, "part", archivePart, _acknowledged.ArchiveId, null);
        AssertReported(damage, "part", uploadPart, null, _acknowledged.UploadId);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(120)]
    [InlineData(-1)]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_flipped_bit_in_a_manifest_is_reported(long offset)
    {
        var manifest = Path.Combine(_archiveFolder, "manifest");
        DataFolder.Flip(manifest, offset);

        AssertReported((await CheckedFolder.CheckAsync(_data)).Damage, "manifest", manifest, _acknowledged.ArchiveId, null);
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_missing_manifest_is_reported()
    {
        var manifest = Path.Combine(_archiveFolder, "manifest");
        File.Delete(manifest);

        AssertReported((await CheckedFolder.CheckAsync(_data)).Damage, "manifest", manifest, _acknowledged.ArchiveId, null);
    }

    [Fact]
    public async Task A_missing_parts_folder_is_reported_for_every_archive_and_every_part_of_an_upload()
    {
        Directory.Delete(_data.File("parts"), recursive: true);

        var damage = (await CheckedFolder.CheckAsync(_data)).Damage;

        Assert.Equal(3, damage.Count);
        Assert.Single(damage, found => found.Kind == "manifest" && found.Archive == _acknowledged.ArchiveId);
        Assert.Equal(2, damage.Count(found => found.Kind == "part" && found.Upload == _acknowledged.UploadId));
        Assert.False(Directory.Exists(_data.File("parts")), "The check created the folder 'parts'; it must not create anything.");
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task An_archive_that_is_missing_from_an_older_parts_folder_is_reported()
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
    public async Task A_flipped_bit_in_the_history_of_an_upload_is_reported_with_the_upload()
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
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_flipped_bit_in_an_upload_page_is_reported_with_its_vault()
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
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_flipped_bit_in_any_used_copy_of_an_upload_ID_is_reported()
    {
        var offsets = DataFolder.Find(_data.Journal, _acknowledged.UploadId);
        var reported = 0;
        for (var copy = 0; copy < offsets.Count; copy++)
        {
            var damaged = _data.CopyTo(_folder.File($"copy-{copy}"));
            DataFolder.Flip(damaged.Journal, offsets[copy] + 30);
            reported += (await CheckedFolder.CheckAsync(damaged)).Damage.Count > 0 ? 1 : 0;
        }

        // The ID is in the table, in its index and in records. Some copies may be in freed pages.
        Assert.InRange(reported, 4, offsets.Count);
    }

    [Fact]
    public async Task A_truncated_journal_is_reported()
    {
        long before;
        await using (var server = await ServerProcess.StartAsync(_folder.Data, "--quiet"))
        {
            before = new FileInfo(_data.WriteAheadLog).Length;
            await server.Connect().InitiateMultipartUploadAsync(Acknowledged.Vault, Archives.MiB);
            await server.KillAsync();
        }

        // The log may end with a change of the server's own that was committed but not yet acknowledged when it was killed, so
        // cutting off the last bytes need not be damage.
        DataFolder.Cut(_data.WriteAheadLog, new FileInfo(_data.WriteAheadLog).Length - before);

        Assert.Contains((await CheckedFolder.CheckAsync(_data)).Damage, found =>
            found.Kind == "journal" && found.What.Contains("were acknowledged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_journal_is_damage_and_another_folder_cannot_be_checked()
    {
        File.Delete(_data.Journal);
        Assert.Contains("journal.db is missing", Assert.Single((await CheckedFolder.CheckAsync(_data)).Damage).What, StringComparison.Ordinal);

        var other = await CommandLine.RunAsync("check", "--data", _folder.Path);
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("is not a data folder", other.Error, StringComparison.Ordinal);

        var invalidRate = await CommandLine.RunAsync("check", "--data", _folder.Data, "--limit", "fast");
        Assert.Equal(2, invalidRate.ExitCode);
        Assert.Contains("--limit is 'fast'. It must be a rate", invalidRate.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orphaned_bytes_are_listed_and_are_not_damage()
    {
        var extra = Path.Combine(_uploadFolder, new string('0', 32) + ".part");
        await File.WriteAllTextAsync(extra, "half a part");

        var result = await CheckedFolder.CheckAsync(_data);

        Assert.Empty(result.Damage);
        Assert.Equal(1, result.Orphans);
        Assert.True(File.Exists(extra), $"The check deleted {extra}; it must not delete anything.");
    }

    [Fact]
    public async Task An_interrupted_check_resumes_where_it_stopped()
    {
        // The manifest is read at once. The parts of the upload after it would take many minutes at this rate.
        DataFolder.Flip(Path.Combine(_archiveFolder, "manifest"), 120);
        var file = _folder.File("position");
        await using (var process = CommandLine.Start(
            ["check", "--data", _data.Path, "--resume", file, "--limit", "10KiB/s"]))
        {
            Assert.NotNull(await process.WaitForLineAsync("damaged: parts/", TimeSpan.FromSeconds(60)));
            process.Terminate();
            Assert.Equal(2, await process.WaitForExitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains("Run the same command again", process.Error, StringComparison.Ordinal);
        }

        var rest = await CommandLine.RunAsync("check", "--data", _data.Path, "--resume", file, "--quiet");

        Assert.Equal(1, rest.ExitCode);
        Assert.Contains("Damaged: 1 finding. Checked 1 archive, 1 open upload, 2 parts", rest.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged: parts/", rest.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(file), $"The check has finished but did not delete its resume file {file}.");
    }

    private static string PartOf(string folder) =>
        Directory.GetFiles(folder, "*.part").Order(StringComparer.Ordinal).First();

    private void AssertReported(
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
