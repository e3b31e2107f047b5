using OrleansUploads.EndToEnd.Tests.Damage;

namespace OrleansUploads.EndToEnd.Tests.Checking;

/// <summary>The <c>check</c> command as scripts see it: its exit codes, its report, and how it resumes. What counts as damage is tested with
/// the engine.</summary>
public sealed class CheckTests : IAsyncLifetime
{
    private const string VaultId = "000000000001/" + Acknowledged.Vault;

    private readonly TemporaryFolder _folder = new();
    private Acknowledged _acknowledged = null!;
    private DataFolder _data = null!;

    public async ValueTask InitializeAsync()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data, "--quiet");
        _acknowledged = await Acknowledged.CreateAsync(server);
        await server.StopAsync();
        _data = new DataFolder(_folder.Data);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact, Campaign]
    public async Task The_report_in_JSON_lists_damage_with_its_owner_and_bytes_without_one()
    {
        var sound = await CheckedFolder.CheckAsync(_data, "--deep");
        Assert.Empty(sound.Damage);
        Assert.Equal((1, 1, 5, 0), (sound.Archives, sound.OpenUploads, sound.Parts, sound.Orphans));

        await File.WriteAllTextAsync(_data.File("keys.json"), "", Cancellation);
        var refused = await ServerProcess.RefuseAsync(new ServerSetup(_folder.Data) { Environment = CommandLine.WithoutOperatorKey });
        Assert.Contains("keys.json", refused.Error, StringComparison.Ordinal);
        var part = Directory.GetFiles(UploadFolder, "*.part").Order(StringComparer.Ordinal).First();
        DataFolder.Flip(part, 0);
        await File.WriteAllTextAsync(Path.Combine(UploadFolder, new string('0', 32) + ".part"), "half a part", Cancellation);

        var damaged = await CheckedFolder.CheckAsync(_data);

        Assert.Equal(1, damaged.Orphans);
        Assert.Equal(2, damaged.Damage.Count);
        Assert.Single(damaged.Damage, static found => (found.Kind, found.File) == ("keys", "keys.json"));
        Assert.Single(damaged.Damage, found => (found.Kind, found.File, found.Upload, found.Vault)
            == ("part", Path.GetRelativePath(_data.Path, part), _acknowledged.UploadId, VaultId));
    }

    [Fact]
    public async Task An_interrupted_check_resumes_where_it_stopped()
    {
        // The manifest is read at once. The parts of the upload after it would take many minutes at this rate.
        DataFolder.Flip(Assert.Single(Directory.GetFiles(_data.File("parts"), "manifest", SearchOption.AllDirectories)), 120);
        var file = _folder.File("position");
        await using (var process = CommandLine.Start(
            ["check", "--data", _data.Path, "--resume", file, "--limit", "10KiB/s"]))
        {
            Assert.NotNull(await process.WaitForLineAsync("damaged: parts/", TimeSpan.FromMinutes(2)));
            process.Terminate();
            Assert.Equal(2, await process.WaitForExitAsync(TimeSpan.FromMinutes(2)));
            Assert.Contains("Run the same command again", process.Error, StringComparison.Ordinal);
        }

        var rest = await CommandLine.RunAsync("check", "--data", _data.Path, "--resume", file, "--quiet");

        Assert.Equal(1, rest.ExitCode);
        Assert.Contains("Damaged: 1 finding. Checked 1 archive, 0 objects, 1 open upload, 2 parts", rest.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged: parts/", rest.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(file), $"The check has finished but did not delete its resume file {file}.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("--json")]
    public async Task A_check_whose_report_cannot_be_written_is_not_completed(string option)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /dev/full.");
        var result = await CommandLine.RunInShellAsync(
            $"orleans-uploads check --data '{_data.Path}' --quiet {option} > /dev/full", CommandLine.WithoutOperatorKey);

        result.ExpectOneLine(2, "The report is incomplete.", "No space left on device");
    }

    private string UploadFolder => Assert.Single(
        Directory.GetDirectories(_data.File("parts"), _acknowledged.UploadId, SearchOption.AllDirectories));
}
