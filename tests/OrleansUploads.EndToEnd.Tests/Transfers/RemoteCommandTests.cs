using System.Text.RegularExpressions;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>What all commands that talk to a server have in common, and the commands on vaults and jobs.</summary>
public sealed class RemoteCommandTests
{
    [Fact]
    public async Task Vaults_are_created_listed_shown_and_deleted()
    {
        await using var place = await Workplace.ShareAsync();

        Assert.Equal("The vault letters is ready.", Assert.Single((await place.RunAsync("vault", "create", "letters")).Expect().Lines));
        (await place.RunAsync("vault", "show", "leters")).ExpectOneLine(3, "vaults/leters. List the vaults with", "vault list'.");
        (await place.RunAsync("uploads", "list", "--vault", "films")).ExpectOneLine(
            3, "vaults/films", $"If films is a bucket: aws s3api list-multipart-uploads --bucket films --endpoint-url {place.Server.Address}");

        Assert.Equal(["letters", "photos"], (await place.RunAsync("vault", "list", "-q")).Expect().Lines);
        var shown = JsonElement.Parse((await place.RunAsync("vault", "show", "letters", "--json")).Expect().Output);
        Assert.Equal("letters", shown.GetProperty("vault").GetString());
        (await place.RunAsync("vault", "delete", "letters")).Expect();
        Assert.Equal(["photos"], (await place.RunAsync("vault", "list", "-q")).Expect().Lines);
    }

    [Fact]
    public async Task Each_request_and_each_repetition_is_a_line_with_verbose_and_none_has_a_secret()
    {
        await using var place = await Workplace.ShareAsync();
        string[] show = ["vault", "show", Workplace.Vault, "--verbose"];

        var told = await place.RunAsync([.. show, "--quiet"]);
        var failed = await place.RunAsync([.. show, "--endpoint", $"http://127.0.0.1:{FreePort.Take(1)[0]}"]);

        Assert.Equal((0, "photos\n"), (told.ExitCode, told.Output));
        Assert.Matches("^GET /-/vaults/photos  200  [0-9]+ ms  request [^ ]+\n$", told.Error);
        Assert.Equal(5, failed.ExitCode);
        Assert.Equal(3, Regex.Count(failed.Error, "^GET /-/vaults/photos  no answer  [0-9]+ ms$", RegexOptions.Multiline));
        Assert.Equal(2, Regex.Count(failed.Error, @"refused.*\. Trying again in [0-9]\.[0-9] s\.$", RegexOptions.Multiline));
        Assert.DoesNotContain("Signature", told.Error + failed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(CommandLine.SecretAccessKey, told.Error + failed.Error, StringComparison.Ordinal);
    }

    [Fact, Campaign]
    public async Task An_empty_list_says_so_on_standard_error()
    {
        await using var place = await Workplace.ShareAsync();
        Assert.Equal("The vault photos has no jobs.", await NoteOfAsync("job", "list", "--vault", "photos"));

        // This begins a job.
        Assert.Equal("The vault photos has no archives.", await NoteOfAsync("archive", "list", "--vault", "photos"));
        Assert.StartsWith(
            "The vault photos has no uploads in progress.", await NoteOfAsync("uploads", "list", "--vault", "photos"), StringComparison.Ordinal);
        Assert.Empty((await place.RunInVaultAsync("uploads", "list", "--json")).Expect().Output);

        (await place.RunAsync("vault", "delete", "photos")).Expect();
        Assert.Matches("^The account has no vaults. Create one with '.* vault create NAME'.$", await NoteOfAsync("vault", "list"));

        async Task<string> NoteOfAsync(params string[] list)
        {
            var result = await place.RunAsync(list);
            Assert.True(result.ExitCode == 0 && result.Output.Length == 0, result.ToString());
            return Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Fact, Campaign]
    public async Task Lists_for_people_are_oldest_first()
    {
        await using var place = await Workplace.ShareAsync();
        using var client = place.Connect();
        var uploads = new List<string>();
        var archives = new List<string>();
        var jobs = new List<string>();
        foreach (var name in (string[])["a", "b", "c", "d", "e", "f", "g"])
        {
            uploads.Add(await client.InitiateMultipartUploadAsync(Workplace.Vault, Archives.MiB, name));
            archives.Add((await client.UploadArchiveAsync(Workplace.Vault, HashedBody.Of(Archives.Bytes(10, seed: 1)), name)).ArchiveId);
            jobs.Add(await client.InitiateInventoryRetrievalAsync(Workplace.Vault));
        }

        Assert.Equal(uploads, (await place.RunInVaultAsync("uploads", "list", "-q")).Expect().Lines);
        Assert.Equal(jobs, (await place.RunInVaultAsync("job", "list", "-q")).Expect().Lines);
        Assert.Equal(archives, (await place.RunInVaultAsync("archive", "list", "-q")).Expect().Lines);
    }

    [Fact]
    public async Task Lists_are_tables_and_the_short_IDs_in_them_stand_for_uploads_and_jobs()
    {
        await using var place = await Workplace.ShareAsync();
        using var client = place.Connect();
        var film = place.Create("film", 2 * Archives.MiB);
        var upload = await place.BeginUploadAsync(film, "film", Archives.MiB);
        var other = await client.InitiateMultipartUploadAsync(Workplace.Vault, Archives.MiB);
        var job = await client.InitiateInventoryRetrievalAsync(Workplace.Vault);

        (await place.RunInVaultAsync("job", "wait", job[..10])).Expect();
        var uploads = (await place.RunInVaultAsync("uploads", "list")).Expect().Lines;
        Assert.Matches("^NAME  BEGUN {17}RECEIVED  PARTS OF  ID$", uploads[0]);
        Assert.Contains(uploads, line => Regex.IsMatch(line, $"^film  [-0-9]{{10}} [:0-9]{{8}}Z  1.0 MiB   1.0 MiB   {Regex.Escape(upload[..10])}$"));
        Assert.Contains(uploads, line => line.StartsWith("-     ", StringComparison.Ordinal) && line.EndsWith(other[..10], StringComparison.Ordinal));
        var jobs = (await place.RunInVaultAsync("job", "list")).Expect().Lines;
        Assert.Matches($"^InventoryRetrieval  Succeeded  [-0-9]{{10}} [:0-9]{{8}}Z  - {{8}}{Regex.Escape(job[..10])}$", jobs[1]);
        Assert.Matches("^photos  [-0-9]+ +(-|0 B) +[-0-9]{10} [:0-9]{8}Z$", (await place.RunAsync("vault", "list")).Expect().Lines[1]);

        var shown = JsonElement.Parse((await place.RunInVaultAsync("uploads", "show", upload[..10], "--json")).Expect().Output);
        Assert.Equal(upload, shown.GetProperty("uploadId").GetString());
        Assert.StartsWith(job, (await place.RunInVaultAsync("job", "show", job[..8])).Expect().Output, StringComparison.Ordinal);
        (await place.RunInVaultAsync("job", "show", job[..7])).ExpectOneLine(3, $"no job whose ID is or begins with '{job[..7]}'", "job list --vault photos");
        (await place.RunInVaultAsync("uploads", "abort", other[..10], "nothing-here")).ExpectOneLine(3, "no upload whose ID", "'nothing-here'");
        (await place.RunInVaultAsync("uploads", "abort", other[..10])).Expect();
        (await place.RunInVaultAsync("uploads", "resume", upload[..10], film, "-q")).Expect();
        Assert.Empty(await client.ListMultipartUploadsAsync(Workplace.Vault).ToListAsync());
    }

    [Fact]
    public async Task A_beginning_that_several_IDs_have_is_refused_and_a_whole_ID_needs_no_list()
    {
        var ids = new[] { "abcdefgh-1", "abcdefgh-2", "bcdefghi-1" }.ToAsyncEnumerable();

        Assert.Equal(["bcdefghi-1", "whole"], await FindAsync("bcdefghi", "whole"));
        var several = await Assert.ThrowsAsync<InvalidDataException>(() => FindAsync("abcdefgh"));
        Assert.Contains("More than one upload ID begins with 'abcdefgh'", several.Message, StringComparison.Ordinal);
        Assert.Equal(["abcdefgh-2"], await FindAsync("abcdefgh-2"));
        Assert.Equal(["whole"], await ShortId.FindAsync(["whole"], 5, null!, "upload", "uploads list", CancellationToken.None));

        Task<IReadOnlyList<string>> FindAsync(params string[] words) =>
            ShortId.FindAsync(words, 5, ids, "upload", "uploads list", CancellationToken.None);
    }

    [Fact]
    [Slice(6)]
    public async Task A_job_that_takes_time_is_waited_for()
    {
        await using var place = await Workplace.OpenAsync("--retrieval-delay", "12h", "--retrieval-delay", "expedited=1s");
        var archive = (await place.RunInVaultAsync("upload", place.Create("a", 1000), "-q")).Expect().Output.Trim();
        using var client = place.Connect();
        var slow = await client.InitiateArchiveRetrievalAsync(Workplace.Vault, archive);
        var fast = await client.InitiateArchiveRetrievalAsync(Workplace.Vault, archive, tier: ArchiveRetrievalTier.Expedited);

        Assert.Contains("InProgress", (await place.RunInVaultAsync("job", "show", slow)).Expect().Output, StringComparison.Ordinal);
        Assert.Contains("Succeeded", (await place.RunInVaultAsync("job", "wait", fast)).Expect().Output, StringComparison.Ordinal);
        (await place.RunInVaultAsync("download", archive, "-o", place.File("copy"), "-q")).Expect();

        // The download has used a job that was there.
        Assert.Equal(
            new[] { slow, fast }.Order(StringComparer.Ordinal),
            (await place.RunInVaultAsync("job", "list", "-q")).Expect().Lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Address_and_key_are_read_from_a_profile()
    {
        await using var place = await Workplace.ShareAsync();
        Directory.CreateDirectory(place.File(".aws"));
        await File.WriteAllTextAsync(
            place.File(".aws/config"), $"[profile ours]\nregion = us-east-1\nendpoint_url = {place.Server.Address}\n");
        await File.WriteAllTextAsync(
            place.File(".aws/credentials"),
            $"[ours]\naws_access_key_id = {place.AccessKeyId}\naws_secret_access_key = {CommandLine.SecretAccessKey}\n");
        var environment = new Dictionary<string, string?>(place.Environment)
        {
            ["AWS_ENDPOINT_URL"] = null,
            ["AWS_ACCESS_KEY_ID"] = null,
            ["AWS_SECRET_ACCESS_KEY"] = null,
        };

        Assert.Equal(
            ["photos"], (await CommandLine.RunAsync(["vault", "list", "-q", "--profile", "ours"], environment)).Expect().Lines);
        environment["AWS_PROFILE"] = "ours";
        Assert.Equal(["photos"], (await CommandLine.RunAsync(["vault", "list", "-q"], environment)).Expect().Lines);
        (await CommandLine.RunAsync(["vault", "list", "--profile", "theirs"], environment)).ExpectOneLine(4, "'theirs'");
        environment["AWS_PROFILE"] = null;
        (await CommandLine.RunAsync(["vault", "list"], environment)).ExpectOneLine(4, "no access key", "--profile");
        environment["AWS_ACCESS_KEY_ID"] = CommandLine.AccessKeyId;
        (await CommandLine.RunAsync(["vault", "list"], environment)).ExpectOneLine(4, "AWS_SECRET_ACCESS_KEY is empty");
    }

    [Fact, Campaign]
    public async Task A_command_is_interrupted_while_the_program_of_a_profile_finds_credentials()
    {
        using var home = new TemporaryFolder();
        Directory.CreateDirectory(home.File(".aws"));
        await File.WriteAllTextAsync(
            home.File("slow.sh"), $"touch '{home.File("started")}'; while [ -e '{home.File("started")}' ]; do sleep 0.1; done");
        await File.WriteAllTextAsync(
            home.File(".aws/config"), $"[profile slow]\ncredential_process = /bin/sh {home.File("slow.sh")}\n");
        await using var command = CommandLine.Start(
            ["vault", "list", "--profile", "slow"],
            new Dictionary<string, string?>(CommandLine.WithoutOperatorKey) { ["HOME"] = home.Path, ["AWS_PROFILE"] = null });
        await Eventually.BecomesTrueAsync(() => Task.FromResult(File.Exists(home.File("started"))), "the program runs");

        command.Terminate();

        var exitCode = await command.WaitForExitAsync(TimeSpan.FromMinutes(2));
        new CommandResult(exitCode, command.Output, command.Error).ExpectOneLine(130, "Interrupted.");
    }

    [Fact]
    public async Task A_wrong_key_and_an_absent_server_are_told_apart()
    {
        await using var place = await Workplace.OpenAsync();
        var wrongSecret = new Dictionary<string, string?>(place.Environment) { ["AWS_SECRET_ACCESS_KEY"] = "wrong" };
        var wrongKey = new Dictionary<string, string?>(place.Environment) { ["AWS_ACCESS_KEY_ID"] = "UNKNOWN" };

        var refused = await CommandLine.RunAsync(["vault", "list"], wrongSecret);
        refused.ExpectOneLine(4, "does not match", "AWS_SECRET_ACCESS_KEY");
        Assert.DoesNotContain("x-amz-date", refused.Error, StringComparison.Ordinal);
        (await CommandLine.RunAsync(["vault", "list"], wrongKey)).ExpectOneLine(4, "UNKNOWN");
        (await place.RunAsync("vault", "list", "--endpoint", $"https://{place.Server.EndPoint}")).ExpectOneLine(5, "HTTPS", "http://");
        await place.Server.KillAsync();
        (await place.RunAsync("vault", "list")).ExpectOneLine(5, "not reachable", $"{place.Server.Address.Port}");
    }

    [Theory]
    [InlineData("--version >&-", "Bad file descriptor", Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData("--help >/dev/full", "No space left on device")]
    public async Task A_command_whose_output_cannot_be_written_ends_with_one_line(string command, string reason)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The messages are those of Linux.");
        await using var shell = CapturedProcess.Start(
            "/bin/bash", ["-c", $"{CommandLine.ShellFunction}; orleans-uploads {command}"], CommandLine.WithoutOperatorKey);
        var exitCode = await shell.WaitForExitAsync(TimeSpan.FromMinutes(2));

        new CommandResult(exitCode, shell.Output, shell.Error).ExpectOneLine("The output cannot be written", reason);
    }

    [Theory, Campaign]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    public async Task A_command_that_cannot_explain_its_failure_still_has_its_exit_code(string redirection)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /dev/full.");
        await using var shell = CapturedProcess.Start(
            "/bin/bash",
            ["-c", $"{CommandLine.ShellFunction}; orleans-uploads treehash /nonexistent {redirection}; echo code $?"],
            CommandLine.WithoutOperatorKey);
        await shell.WaitForExitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal("code 1", shell.Output.Trim());
    }

    [Fact]
    public async Task Shells_complete_commands_and_options()
    {
        Assert.Contains("suggest", (await CommandLine.RunAsync("completion", "zsh")).Expect().Output, StringComparison.Ordinal);
        Assert.Contains("--part-size", (await CommandLine.RunAsync("[suggest:25]", "orleans-uploads upload --p")).Expect().Lines);
        var words = (await CommandLine.RunAsync("[suggest:16]", "orleans-uploads ")).Expect().Lines;
        Assert.Contains("upload", words);
        Assert.DoesNotContain(words, static word => word.StartsWith('/') || word == "-?");

        // After an option with a name, there is nothing to offer.
        var offered = await CommandLine.RunInShellAsync(
            """
            eval "$(orleans-uploads completion bash)"
            COMP_WORDS=(orleans-uploads upload --vault '') COMP_CWORD=3 COMP_LINE='orleans-uploads upload --vault ' COMP_POINT=31
            _orleans_uploads orleans-uploads '' --vault; echo "${#COMPREPLY[@]} offered"
            """,
            CommandLine.WithoutOperatorKey);
        Assert.Equal("0 offered", offered.Output.Trim());
    }

    [Fact]
    public async Task A_server_on_this_machine_is_reached_without_the_proxy()
    {
        await using var place = await Workplace.ShareAsync();
        var environment = new Dictionary<string, string?>(place.Environment) { ["http_proxy"] = "http://127.0.0.1:1", ["HTTP_PROXY"] = "http://127.0.0.1:1" };
        Assert.Contains("photos", (await CommandLine.RunAsync(["vault", "list", "-q"], environment)).Expect().Lines);
    }

    [Theory]
    [InlineData("http://[fe80::1%25lo]:9400")]
    [InlineData("http://[fe80::1%lo]:9400")]
    public void A_link_local_address_has_its_interface_with_or_without_an_escape(string endpoint)
    {
        Assert.True(RemoteCommand.TryParseEndpoint(endpoint, out var address));
        Assert.Equal("fe80::1%lo", address.DnsSafeHost);
    }

    [Fact]
    public async Task An_address_of_another_kind_of_server_is_questioned()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var environment = new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = "a", ["AWS_SECRET_ACCESS_KEY"] = "b" };
        var asked = CommandLine.RunAsync(["vault", "list", "--endpoint", $"http://{listener.LocalEndpoint}"], environment);
        using (var connection = await listener.AcceptTcpClientAsync(Cancellation))
        {
            var stream = connection.GetStream();
            _ = await stream.ReadAsync(new byte[4096], Cancellation);
            await stream.WriteAsync(
                "HTTP/1.1 404 File not found\r\nServer: SimpleHTTP\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(),
                Cancellation);
        }

        (await asked).ExpectOneLine(5, "404 File not found", "does not answer like a server of the vault API", "--endpoint");
    }

    [Theory]
    [InlineData("")]
    [InlineData("-q")]
    public async Task A_foreign_server_does_not_act_on_the_terminal(string option)
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var environment = new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = "a", ["AWS_SECRET_ACCESS_KEY"] = "b" };
        string[] command = ["vault", "list", "--endpoint", $"http://{listener.LocalEndpoint}", .. option.Length > 0 ? [option] : (string[])[]];
        var asked = CommandLine.RunAsync(command, environment);
        using (var connection = await listener.AcceptTcpClientAsync(Cancellation))
        {
            const string Vaults = """
                {"VaultList":[{"VaultName":"red\u001b[31m\u009b2J","VaultARN":"arn","CreationDate":"2026-01-01T00:00:00.000Z","NumberOfArchives":0,"SizeInBytes":0}]}
                """;
            var stream = connection.GetStream();
            _ = await stream.ReadAsync(new byte[4096], Cancellation);
            await stream.WriteAsync(
                System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Vaults.Length}\r\nConnection: close\r\n\r\n{Vaults}"), Cancellation);
        }

        Assert.StartsWith("red%1B[31m%C2%9B2J", (await asked).Expect().Lines[^1], StringComparison.Ordinal);
    }
}
