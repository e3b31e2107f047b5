using OrleansUploads.Cli.Transfers;
using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>The <c>upload</c>, <c>download</c> and <c>uploads</c> commands against a real server.</summary>
public sealed class UploadCommandTests
{
    private const int Large = (20 * Archives.MiB) + 5;
    private const int PartBytes = 8 * Archives.MiB;

    [Fact]
    public async Task Files_of_all_sizes_are_uploaded_and_downloaded()
    {
        await using var place = await Workplace.ShareAsync();
        string[] files = [place.Create("a", 1), place.Create("b", 300_000), place.Create("c", Large)];

        var uploaded = (await place.RunInVaultAsync(["upload", "--quiet", .. files])).Expect().Lines;

        // Small files finish in any order, so their archives are told apart by the inventory.
        var entries = (await place.RunInVaultAsync("archive", "list", "--json")).Expect().Lines.Select(Parse).ToList();
        Assert.Equal(uploaded.Order(), entries.Select(entry => Text(entry, "archiveId")).Order());
        foreach (var file in files)
        {
            var archive = entries.Single(entry => Text(entry, "description") == file);
            Assert.Equal(new FileInfo(file).Length, archive.GetProperty("sizeBytes").GetInt64());
            var copy = place.File("copy-of-" + Path.GetFileName(file));
            (await place.RunInVaultAsync("download", Text(archive, "archiveId"), "-o", copy, "--quiet")).Expect();
            AssertSame(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(copy));
        }
    }

    [Fact]
    public async Task Standard_input_is_uploaded_without_knowing_its_length()
    {
        await using var place = await Workplace.ShareAsync();
        var file = place.Create("input", Large);
        await using var shell = CapturedProcess.Start(
            "/bin/bash",
            ["-c", $"{CommandLine.ShellFunction}\ncat '{file}' | orleans-uploads upload - --vault {Workplace.Vault} --part-size 4MiB -q"],
            place.Environment);
        Assert.True(await shell.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, shell.ToString());

        using var client = place.Connect();
        var archive = await client.RetrieveAsync(Workplace.Vault, shell.Output.Trim());

        AssertSame(await File.ReadAllBytesAsync(file), archive);
    }

    [Fact]
    public async Task An_interrupted_upload_prints_a_command_that_continues_it()
    {
        await using var place = await Workplace.ShareAsync();
        var file = place.Create("film", Large);
        await using var upload = place.Start(
            "upload", file, "--vault", Workplace.Vault, "--part-size", "1MiB", "--workers", "1", "--limit", "2MiB/s");
        await Eventually.BecomesTrueAsync(
            () => upload.Error.Contains("% of", StringComparison.Ordinal), "the upload tells of its progress");
        upload.Terminate();
        Assert.Equal(130, await upload.WaitForExitAsync(TimeSpan.FromMinutes(2)));

        Assert.Matches("The server has [0-9]+ % of 20.0 MiB. To resume:\n", upload.Error);
        var resume = upload.Error.Split("To resume:\n")[1].Split('\n')[0];
        await using var shell = CapturedProcess.Start("/bin/bash", ["-c", resume + " --workers 1"], place.Environment);
        Assert.True(await shell.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, shell.ToString());

        Assert.Contains("% of 20.0 MiB, already there\n", shell.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 B/s", shell.Error, StringComparison.Ordinal);
        using var client = place.Connect();
        var archive = await client.RetrieveAsync(Workplace.Vault, shell.Output.Trim().Split(' ')[^1]);
        AssertSame(await File.ReadAllBytesAsync(file), archive);
        Assert.Empty(await client.ListMultipartUploadsAsync(Workplace.Vault).ToListAsync());
    }

    [Fact, Campaign]
    public async Task A_file_that_has_changed_is_noticed_before_anything_is_sent()
    {
        await using var place = await Workplace.ShareAsync();
        var file = place.Create("film", Large);
        var uploadId = await place.BeginUploadAsync(file, description: file, PartBytes);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[3] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        (await place.RunInVaultAsync("upload", file)).ExpectOneLine(6, $"orleans-uploads: {file} has changed", uploadId, "Nothing was sent", "--new");
        (await place.RunInVaultAsync("uploads", "resume", uploadId, file)).ExpectOneLine(6, "differ from the source");
        var shown = Parse((await place.RunInVaultAsync("uploads", "show", uploadId, "--json")).Expect().Output);
        Assert.Equal(1, shown.GetProperty("parts").GetInt32());

        (await place.RunInVaultAsync("upload", file, "--new", "--quiet")).Expect();
        (await place.RunInVaultAsync("uploads", "abort", uploadId)).Expect();
        Assert.Empty(await place.Connect().ListMultipartUploadsAsync(Workplace.Vault).ToListAsync());
    }

    [Fact, Campaign]
    public async Task A_file_that_cannot_be_uploaded_is_refused_in_one_line_before_anything_is_sent()
    {
        await using var place = await Workplace.ShareAsync();
        var good = place.Create("good", 10);
        var empty = place.Create("empty", 0);

        (await place.RunInVaultAsync("upload", good, place.File("missing"))).ExpectOneLine("missing does not exist");
        (await place.RunInVaultAsync("upload", empty)).ExpectOneLine("is empty");
        using var socket = place.CreateSocket("socket");
        (await place.RunInVaultAsync("upload", good, place.File("socket"))).ExpectOneLine("is a device, pipe or socket", "upload -");
        if (OperatingSystem.IsLinux())
        {
            (await place.RunInVaultAsync("upload", good, "/proc/version")).ExpectOneLine("does not know the length", "upload -");
        }

        (await place.RunAsync("upload", good, "--vault", "other")).ExpectOneLine(3, "not found", "other");
        (await place.RunInVaultAsync("download", "nothing", "-o", place.File("x"))).ExpectOneLine(3, "nothing");
        Assert.Empty((await place.RunInVaultAsync("archive", "list", "--quiet")).Expect().Lines);
    }

    [Fact, Campaign]
    public async Task An_existing_file_is_replaced_only_on_request()
    {
        await using var place = await Workplace.OpenAsync();
        var archive = (await place.RunInVaultAsync("upload", place.Create("a", 1000), "-q")).Expect().Output.Trim();
        var there = place.Create("there", 5);

        (await place.RunInVaultAsync("download", archive, "-o", there)).ExpectOneLine("already exists", "--overwrite");
        using var socket = place.CreateSocket("socket");
        (await place.RunInVaultAsync("download", archive, "-o", place.File("socket"), "--overwrite")).ExpectOneLine("is a device, pipe or socket");
        (await place.RunInVaultAsync("download", archive, "-o", there, "--skip-existing")).ExpectOneLine("already exists");
        (await place.RunInVaultAsync("download", archive, "-o", there, "--overwrite", "-q")).Expect();
        Assert.EndsWith(
            "there  is already there", Assert.Single((await place.RunInVaultAsync("download", archive, "-o", there, "--skip-existing")).Expect().Lines), StringComparison.Ordinal);

        Assert.Equal(1000, new FileInfo(there).Length);
    }

    [Fact]
    public async Task A_server_that_is_away_at_the_start_is_waited_for_as_long_as_the_user_says()
    {
        await using var place = await Workplace.OpenAsync();
        var file = place.Create("film", 1000);
        await place.Server.KillAsync();

        await using var upload = place.Start("upload", file, "--vault", Workplace.Vault, "--retry-for", "4h");
        await Eventually.BecomesTrueAsync(
            () => upload.Error.Contains($"The server at {place.Server.Address} does not answer. Trying again for 4 h 0 min.", StringComparison.Ordinal),
            "the command waits");
        await place.CrashServerAsync();

        Assert.True(await upload.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, upload.ToString());
        await place.Server.KillAsync();
        var given = await place.RunInVaultAsync("upload", file, "--new", "--retry-for", "1s");
        Assert.Equal(5, given.ExitCode);
        Assert.EndsWith(". Is it running? Check --endpoint.\n", given.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("holiday.tar", "holiday.tar")]
    [InlineData("Pictures/2026/a.jpg", "a.jpg")]
    [InlineData("/home/me/%C3%9Cbung.txt", "Übung.txt")]
    [InlineData("../../.ssh/../.bashrc", "bashrc")]
    [InlineData("-rf", "rf")]
    [InlineData("tab%09and%1B[31m", "tab_and_[31m")]
    [InlineData("cod%E2%80%AEtxt.exe", "cod_txt.exe")]
    [InlineData("a/..", "archive-abcdefghij")]
    [InlineData("", "archive-abcdefghij")]
    public void The_default_file_of_an_archive_is_in_the_current_folder_and_safe(string description, string expected) => Assert.Equal(
        expected,
        DefaultFileName.Of(new InventoryEntry("abcdefghijklm", description, DateTimeOffset.UnixEpoch, 1, TreeHasher.Compute([1]))));

    [Fact]
    public async Task A_download_without_a_target_becomes_a_file_with_the_name_of_the_archive_and_replaces_nothing()
    {
        await using var place = await Workplace.ShareAsync();
        var file = place.Create("film", 1000);
        (await place.RunInVaultAsync("upload", file, "-d", "Films/film.mp4", "-q")).Expect();
        Directory.CreateDirectory(place.File("here"));
        var command = $"cd '{place.File("here")}' && orleans-uploads download Films/film.mp4 --vault {Workplace.Vault} -q";

        (await CommandLine.RunInShellAsync(command, place.Environment)).Expect();
        AssertSame(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(place.File("here/film.mp4")));
        (await CommandLine.RunInShellAsync(command, place.Environment)).ExpectOneLine("film.mp4 already exists", "--overwrite");

        File.Delete(place.File("here/film.mp4"));
        Directory.CreateDirectory(place.File("here/film.mp4"));
        (await CommandLine.RunInShellAsync(command, place.Environment)).ExpectOneLine("film.mp4 is a folder", "-o");
        (await place.RunInVaultAsync("download", "a", "b")).ExpectOneLine(2, "Several archives need a folder");
        (await place.RunInVaultAsync("download", "--name", "*")).ExpectOneLine(2, "Several archives need a folder");
    }

    [Fact, Campaign]
    public async Task A_download_that_fails_is_an_event_in_JSON()
    {
        await using var place = await Workplace.ShareAsync();
        var archive = (await place.RunInVaultAsync("upload", place.Create("a", 1000), "-q")).Expect().Output.Trim();
        var copy = place.File("copy");
        Directory.CreateDirectory(copy + ".partial");

        var failed = await place.RunInVaultAsync("download", archive, "-o", copy, "--json");

        failed.ExpectOneLine("copy.partial");
        var events = failed.Lines.Select(Parse).ToList();
        Assert.Equal(["started", "failed"], events.Select(line => Text(line, "event")));
        Assert.Equal(Text(events[0], "jobId"), Text(events[1], "jobId"));
        Assert.Contains("copy.partial", Text(events[1], "error"), StringComparison.Ordinal);
    }

    [Fact, Campaign]
    public async Task A_closed_standard_input_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells.");
        await using var place = await Workplace.ShareAsync();
        await using var process = CapturedProcess.Start(
            "/bin/sh",
            ["-c", "exec \"$0\" \"$@\" <&-", CommandLine.Dotnet, CommandLine.Program, "upload", "-", "--vault", Workplace.Vault],
            place.Environment);
        var exitCode = await process.WaitForExitAsync(TimeSpan.FromMinutes(2));

        new CommandResult(exitCode, process.Output, process.Error).ExpectOneLine("Standard input is closed");
    }

    private static void AssertSame(byte[] expected, byte[] actual) =>
        Assert.True(actual.AsSpan().SequenceEqual(expected), "The bytes differ.");

    private static JsonElement Parse(string line) => JsonElement.Parse(line);

    private static string Text(JsonElement document, string name) => document.GetProperty(name).GetString()!;
}
