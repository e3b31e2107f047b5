namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>Transfers that continue or fail, as scripts see them.</summary>
public sealed class ResumeCommandTests
{
    private const int Large = (20 * Archives.MiB) + 5;
    private const int PartBytes = 8 * Archives.MiB;

    [Fact, Campaign]
    public async Task A_file_that_cannot_be_read_does_not_stop_the_others_and_what_the_vault_has_is_left_out_on_request()
    {
        const string Shorter = "/sys/devices/system/cpu/online";
        Assert.SkipUnless(
            new FileInfo(Shorter) is { Exists: true, Length: > 1000 }, "The system has no file that is shorter than it says.");
        await using var place = await Workplace.ShareAsync();
        var there = place.Create("a", 1000);
        (await place.RunInVaultAsync("upload", there)).Expect();

        var uploaded = await place.RunInVaultAsync("upload", Shorter, there, place.Create("b", 1000, seed: 2), "--skip-existing", "-w", "1");

        Assert.Equal(1, uploaded.ExitCode);
        Assert.Contains($"{Shorter}: ", uploaded.Error, StringComparison.Ordinal);
        Assert.Contains("Uploaded 1 of 3 files; 1 already there; 1 failed.", uploaded.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await place.RunInVaultAsync("archive", "list", "--quiet")).Expect().Lines.Count);
    }

    [Fact, Campaign]
    public async Task An_upload_that_another_file_has_completed_is_left_alone()
    {
        await using var place = await Workplace.ShareAsync();
        string[] files = [place.Create("a", Large), place.Create("b", Large, seed: 2)];
        await place.BeginUploadAsync(files[0], "both", PartBytes);

        var uploaded = await place.RunInVaultAsync(["upload", .. files, "--description", "both", "--quiet"]);

        Assert.Equal(2, uploaded.Expect().Lines.Distinct().Count());
    }

    [Fact]
    public async Task A_file_that_is_named_in_another_way_is_the_same_file()
    {
        await using var place = await Workplace.ShareAsync();
        var film = place.Create("film", Large);
        await place.BeginUploadAsync(film, "film", PartBytes);

        var uploaded = await CommandLine.RunInShellAsync(
            $"cd '{Path.GetDirectoryName(film)}' && orleans-uploads upload ./film .//film --vault photos -q", place.Environment);

        Assert.Single(uploaded.Expect().Lines);
        using var client = place.Connect();
        Assert.Empty(await client.ListMultipartUploadsAsync(Workplace.Vault).ToListAsync());
    }

    [Theory]
    [InlineData("film", "\"$PWD/film\"")]
    [InlineData("film", "../\"${PWD##*/}\"/film", Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData("absolute", "./film", Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task The_same_file_under_another_path_continues_its_upload_and_is_there_afterwards(string description, string path)
    {
        await using var place = await Workplace.ShareAsync();
        var film = place.Create("film", Large);
        description = description == "absolute" ? film : description;
        await place.BeginUploadAsync(film, description, PartBytes);
        var command = $"cd '{Path.GetDirectoryName(film)}' && orleans-uploads upload {path} --vault photos";

        var uploaded = await CommandLine.RunInShellAsync(command, place.Environment);

        Assert.Contains($"continued an upload with the description '{description}'", uploaded.Error, StringComparison.Ordinal);
        Assert.Single(uploaded.Lines);
        using var client = place.Connect();
        Assert.Empty(await client.ListMultipartUploadsAsync(Workplace.Vault).ToListAsync());
        var again = await CommandLine.RunInShellAsync($"{command} --skip-existing", place.Environment);
        Assert.Contains("is already there", again.Expect().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_of_other_bytes_under_another_path_is_left_alone()
    {
        await using var place = await Workplace.ShareAsync();
        var upload = await place.BeginUploadAsync(place.Create("film", Large, seed: 2), "film", PartBytes);
        var film = place.Create("film", Large);

        var uploaded = await CommandLine.RunInShellAsync(
            $"cd '{Path.GetDirectoryName(film)}' && orleans-uploads upload '{film}' --vault photos -q", place.Environment);

        Assert.Single(uploaded.Expect().Lines);
        using var client = place.Connect();
        Assert.Equal([upload], await client.ListMultipartUploadsAsync(Workplace.Vault).Select(static open => open.UploadId).ToListAsync());
    }

    [Fact, Campaign]
    public async Task An_empty_input_does_not_differ_from_the_upload()
    {
        await using var place = await Workplace.ShareAsync();
        var upload = await place.BeginUploadAsync(place.Create("a", Large), "input", PartBytes);

        var resumed = await CommandLine.RunInShellAsync(
            $"orleans-uploads uploads resume {upload} - --vault {Workplace.Vault} < /dev/null", place.Environment);

        resumed.ExpectOneLine(1, "empty");
    }

    [Fact, Campaign]
    public async Task A_download_that_replaces_a_file_prints_a_command_that_does_so_too()
    {
        await using var place = await Workplace.OpenAsync("--retrieval-delay", "12h");
        var archive = (await place.RunInVaultAsync("upload", place.Create("a", 1000), "-q")).Expect().Output.Trim();
        await using var download = place.Start(
            "download", archive, "--vault", Workplace.Vault, "-o", place.Create("there", 5), "--overwrite", "--json");
        await Eventually.BecomesTrueAsync(
            () => download.Output.Contains("waiting", StringComparison.Ordinal), "the download waits for its job");
        download.Terminate();
        Assert.Equal(130, await download.WaitForExitAsync(TimeSpan.FromMinutes(2)));

        var interrupted = download.Output.Split('\n').Single(line => line.Contains("interrupted", StringComparison.Ordinal));
        Assert.Contains("--overwrite", interrupted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_does_not_wait_for_a_job_of_another_tier_than_it_asks_for()
    {
        await using var place = await Workplace.OpenAsync("--retrieval-delay", "bulk=12h");
        var archive = (await place.RunInVaultAsync("upload", place.Create("a", 1000), "-q")).Expect().Output.Trim();
        using var client = place.Connect();
        await client.InitiateArchiveRetrievalAsync(Workplace.Vault, archive, tier: ArchiveRetrievalTier.Bulk);

        foreach (var copy in (string[])["first", "second"])
        {
            (await place.RunInVaultAsync("download", archive, "-o", place.File(copy), "--tier", "Expedited", "-q")).Expect();
        }

        // The second download uses the job of the first.
        Assert.Equal(2, await client.ListJobsAsync(Workplace.Vault).CountAsync(static job => job.ArchiveId is not null));
    }

    [Fact]
    public async Task An_upload_that_fails_is_one_event_with_the_command_that_resumes_it()
    {
        await using var place = await Workplace.OpenAsync();
        await DenyPartsAsync(place);

        var failed = await place.RunInVaultAsync("upload", place.Create("a", Large), "--json");

        failed.ExpectOneLine(4, "UploadMultipartPart");
        var events = failed.Lines.Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(["started", "failed"], events.Select(line => line.GetProperty("event").GetString()));
        Assert.Contains(
            $"uploads resume {events[0].GetProperty("uploadId").GetString()} ",
            events[1].GetProperty("resume").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tar_that_fails_is_resumed_without_what_was_left_out_of_it()
    {
        await using var place = await Workplace.OpenAsync();
        var folder = Directory.CreateDirectory(place.File("Pictures")).FullName;
        place.Create("Pictures/a", 1000);
        place.Create("Pictures/b.tmp", 1000, seed: 2);
        await DenyPartsAsync(place);

        var failed = await place.RunInVaultAsync("upload", folder, "--tar", "--exclude", "*.tmp", "--exclude", "a b", "--json");
        var resume = JsonElement.Parse(failed.Lines[^1]).GetProperty("resume").GetString()!;
        await place.Server.Connect().DeleteAccessPolicyAsync(Workplace.Vault);
        var resumed = await CommandLine.RunInShellAsync($"{resume} --json", place.Environment);

        Assert.Contains(" --exclude '*.tmp' --exclude 'a b'", resume, StringComparison.Ordinal);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(UploadOf(failed), UploadOf(resumed));

        static string UploadOf(CommandResult result) => JsonElement.Parse(result.Lines[0]).GetProperty("uploadId").GetString()!;
    }

    private static async Task DenyPartsAsync(Workplace place) => await place.Server.Connect().SetAccessPolicyAsync(Workplace.Vault, """
        {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"glacier:UploadMultipartPart",
          "Resource":"arn:aws:glacier:us-east-1:000000000001:vaults/photos"}]}
        """);

    [Theory]
    [InlineData("credential_process = /bin/false", "gives no credentials")]
    [InlineData("credential_process = /bin/echo nothing", "gives no credentials", Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData("sso_session = missing\nsso_account_id = 1\nsso_role_name = any", "cannot be read", Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task A_profile_without_usable_credentials_is_reported_in_one_line(string settings, string expected)
    {
        using var home = new TemporaryFolder();
        Directory.CreateDirectory(home.File(".aws"));
        await File.WriteAllTextAsync(home.File(".aws/config"), $"[profile ours]\n{settings}\n");
        var environment = new Dictionary<string, string?>(CommandLine.WithoutOperatorKey) { ["HOME"] = home.Path };

        (await CommandLine.RunAsync(["vault", "list", "--profile", "ours"], environment)).ExpectOneLine(4, "'ours'", expected);
    }
}
