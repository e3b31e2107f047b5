using System.Formats.Tar;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>Uploads of many files, of folders and of standard input, and what the user is told of what was not sent.</summary>
public sealed class FolderUploadTests
{
    private const int Large = (20 * Archives.MiB) + 5;

    [Fact, Campaign]
    public async Task Empty_files_are_left_out_and_an_empty_folder_says_so()
    {
        await using var place = await Workplace.ShareAsync();
        var files = Enumerable.Range(1, 20).Select(number => place.Create($"f{number}", number % 7 == 6 ? 0 : number)).ToArray();
        var folder = Directory.CreateDirectory(place.File("hollow/below")).Parent!.FullName;

        var uploaded = await place.RunInVaultAsync(["upload", .. files]);

        Assert.Equal((0, 17), (uploaded.ExitCode, uploaded.Lines.Count));
        Assert.EndsWith("3 empty files left out: an archive must have at least one byte.\nUploaded 17 of 17 files.\n", uploaded.Error, StringComparison.Ordinal);
        var hollow = await place.RunInVaultAsync("upload", folder);
        Assert.Equal((0, "", $"The folder {folder} has no files.\n"), (hollow.ExitCode, hollow.Output, hollow.Error));
        place.Create("hollow/below/empty", 0);
        var events = (await place.RunInVaultAsync("upload", folder, "--json")).Expect();
        Assert.Equal("empty", JsonElement.Parse(Assert.Single(events.Lines)).GetProperty("reason").GetString());

        // A script takes an ID from this.
        (await place.RunInVaultAsync("upload", files[5], "-q")).ExpectOneLine(1, $"The file {files[5]} is empty.");
    }

    [Fact]
    public async Task A_folder_is_stored_file_by_file_and_what_is_there_is_left_out()
    {
        await using var place = await Workplace.ShareAsync();
        var folder = place.File("Pictures");
        Directory.CreateDirectory(Path.Combine(folder, "2026", "may"));
        place.Create("Pictures/a", 100);
        place.Create("Pictures/2026/b", 200);
        place.Create("Pictures/2026/may/c", Large);
        File.CreateSymbolicLink(Path.Combine(folder, "2026", "loop"), folder);
        string[] names = ["Pictures/2026/b", "Pictures/2026/may/c", "Pictures/a"];

        var uploaded = await place.RunInVaultAsync("upload", folder);
        Assert.Equal(0, uploaded.ExitCode);
        Assert.EndsWith("1 link left out. A tar would keep it: use --tar.\nUploaded 3 of 3 files.\n", uploaded.Error, StringComparison.Ordinal);
        Assert.Equal(names, await NamesAsync(place));

        place.Create("Pictures/2026/b", 200, seed: 2);
        place.Create("Pictures/2026/empty", 0);
        var again = await CommandLine.RunInShellAsync(
            $"cd '{folder}'; orleans-uploads upload . --vault {Workplace.Vault}", place.Environment);
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("1 empty file left out. A tar would keep it: use --tar.\n", again.Error, StringComparison.Ordinal);
        Assert.EndsWith("Uploaded 1 of 3 files; 2 already there.\n", again.Error, StringComparison.Ordinal);
        Assert.Equal(["Pictures/2026/b", .. names], await NamesAsync(place));
    }

    [Fact, Campaign]
    public async Task A_folder_is_stored_as_one_tar_whose_interrupted_upload_the_same_command_continues()
    {
        await using var place = await Workplace.ShareAsync();
        var folder = Directory.CreateDirectory(place.File("Pictures")).FullName;
        place.Create("Pictures/a", Large);
        place.Create("Pictures/empty", 0);
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "a");
        string[] command = ["upload", folder, "--tar", "--part-size", "1MiB", "--workers", "1"];
        await using var upload = place.Start([.. command, "--vault", Workplace.Vault, "--limit", "4MiB/s", "--json"]);
        using var client = place.Connect();
        await Eventually.BecomesTrueAsync(
            async () => await client.ListMultipartUploadsAsync(Workplace.Vault).FirstOrDefaultAsync() is { UploadId: var id }
                && await client.ListPartsAsync(Workplace.Vault, id).AnyAsync(),
            "the upload has a part");
        await upload.KillAsync();
        var begun = Assert.Single((await place.RunInVaultAsync("uploads", "list", "-q")).Expect().Lines);

        var finished = await place.RunInVaultAsync([.. command, "--json"]);

        Assert.Equal(0, finished.ExitCode);
        Assert.Equal(begun, JsonElement.Parse(finished.Lines[0]).GetProperty("uploadId").GetString());
        Assert.Equal(["Pictures.tar"], await NamesAsync(place));
        (await place.RunInVaultAsync("download", "Pictures.tar", "-o", place.File("back.tar"), "-q")).Expect();
        await TarFile.ExtractToDirectoryAsync(
            place.File("back.tar"), Directory.CreateDirectory(place.File("back")).FullName, false, Cancellation);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(folder, "a")), await File.ReadAllBytesAsync(place.File("back/Pictures/link")));
        Assert.Equal(0, new FileInfo(place.File("back/Pictures/empty")).Length);
    }

    [Fact]
    public async Task A_key_for_uploads_sends_a_folder_without_a_list_of_what_is_there()
    {
        await using var place = await Workplace.OpenAsync();
        var added = (await CommandLine.RunAsync("keys", "add", "--role", "upload", "--vault", Workplace.Vault, "--data", place.Data)).Expect();
        var environment = new Dictionary<string, string?>(place.Environment)
        {
            ["AWS_ACCESS_KEY_ID"] = added.Value("AWS_ACCESS_KEY_ID"),
            ["AWS_SECRET_ACCESS_KEY"] = added.Value("AWS_SECRET_ACCESS_KEY"),
        };
        Directory.CreateDirectory(place.File("Pictures"));
        place.Create("Pictures/a", 10);
        var sent = await CommandLine.RunAsync(["upload", place.File("Pictures"), "--vault", Workplace.Vault], environment);
        Assert.True(sent.ExitCode == 0, sent.ToString());
        Assert.Contains("The key may not list what the vault has", sent.Error, StringComparison.Ordinal);
        Assert.Equal(["Pictures/a"], await NamesAsync(place));
        (await CommandLine.RunAsync(["upload", place.File("Pictures"), "--vault", Workplace.Vault, "--skip-existing"], environment))
            .ExpectOneLine(4, "which does not include this");
    }

    [Theory]
    [InlineData("cp a", "")]
    [InlineData("mkdir", "")]
    [InlineData("cp a", " --tar")]
    [InlineData("mkdir", " --tar")]
    public async Task A_name_that_is_not_UTF_8_is_named_as_such(string create, string option)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no such names.");
        await using var place = await Workplace.ShareAsync();
        var folder = Directory.CreateDirectory(place.File("Pictures")).FullName;
        place.Create("Pictures/a", 10);

        // .NET cannot delete the file, so the shell does.
        var sent = await CommandLine.RunInShellAsync(
            $"cd '{folder}'; {create} $'\\xe9'; orleans-uploads upload '{folder}' --vault {Workplace.Vault}{option}; code=$?; "
                + "rm -r $'\\xe9'; exit $code",
            place.Environment);

        Assert.Equal(1, sent.ExitCode);
        Assert.Contains("is not UTF-8. Rename it", sent.Error, StringComparison.Ordinal);
        Assert.Equal(option.Length == 0 ? ["Pictures/a"] : [], await NamesAsync(place));
    }

    [Fact]
    public async Task What_is_excluded_is_not_sent_and_a_dry_run_sends_nothing()
    {
        await using var place = await Workplace.ShareAsync();
        var folder = Directory.CreateDirectory(place.File("Pictures/cache")).Parent!.FullName;
        foreach (var name in (string[])["a.jpg", "b.tmp", "cache/c.jpg"])
        {
            place.Create($"Pictures/{name}", 10, seed: name.Length);
        }

        var environment = new Dictionary<string, string?>(place.Environment) { ["ORLEANSUPLOADS_VAULT"] = Workplace.Vault };
        string[] command = ["upload", folder, "--exclude", "*.tmp", "--exclude", "cache/"];
        var planned = await RunAsync("--dry-run");
        Assert.Equal($"{folder}/a.jpg  would be sent, 10 B", Assert.Single(planned.Lines));
        Assert.Empty(await NamesAsync(place));
        Assert.Contains("2 files and folders excluded.", (await RunAsync()).Error, StringComparison.Ordinal);
        Assert.Equal(["Pictures/a.jpg"], await NamesAsync(place));
        Assert.Contains("is already there", (await RunAsync("--dry-run")).Output, StringComparison.Ordinal);
        Assert.Equal("-  would be sent\n", (await place.RunInVaultAsync("upload", "-", "--dry-run")).Expect().Output);

        (await place.RunInVaultAsync("upload", folder, "--tar", "--exclude", "*.tmp", "--exclude", "cache", "-q")).Expect();
        (await place.RunInVaultAsync("download", "Pictures.tar", "-o", place.File("back.tar"), "-q")).Expect();
        await using var tar = new TarReader(File.OpenRead(place.File("back.tar")));
        await tar.GetNextEntryAsync(copyData: false, Cancellation);
        Assert.Equal("Pictures/a.jpg", (await tar.GetNextEntryAsync(copyData: false, Cancellation))!.Name);
        Assert.Null(await tar.GetNextEntryAsync(copyData: false, Cancellation));

        async Task<CommandResult> RunAsync(params string[] more)
        {
            var result = await CommandLine.RunAsync([.. command, .. more], environment);
            Assert.True(result.ExitCode == 0, result.ToString());
            return result;
        }
    }

    [Fact]
    public async Task A_tar_keeps_owners_and_hard_links_names_what_it_leaves_out_and_is_not_stored_twice_on_request()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have other owners.");
        await using var place = await Workplace.ShareAsync();
        var folder = Directory.CreateDirectory(place.File("Pictures")).FullName;
        place.Create("Pictures/a", 10);
        using var shell = System.Diagnostics.Process.Start("sh", ["-c", $"ln {folder}/a {folder}/b && mkfifo {folder}/pipe && chown 1234:5678 {folder}/a || true"]);
        await shell.WaitForExitAsync(Cancellation);
        var sent = await place.RunInVaultAsync("upload", folder, "--tar");
        Assert.Equal(0, sent.ExitCode);
        Assert.Contains("1 pipe, socket or device left out: Pictures/pipe.", sent.Error, StringComparison.Ordinal);
        Assert.Contains("is already there", (await place.RunInVaultAsync("upload", folder, "--tar", "--skip-existing")).Output, StringComparison.Ordinal);
        Assert.Equal(["Pictures.tar"], await NamesAsync(place));

        (await place.RunInVaultAsync("download", "Pictures.tar", "-o", place.File("back.tar"), "-q")).Expect();
        await using var tar = new TarReader(File.OpenRead(place.File("back.tar")));
        var entries = new List<TarEntry>();
        while (await tar.GetNextEntryAsync(copyData: false, Cancellation) is { } entry)
        {
            entries.Add(entry);
        }

        Assert.Equal(
            ["Directory Pictures/ ", "RegularFile Pictures/a ", "HardLink Pictures/b Pictures/a"],
            entries.Select(static entry => $"{entry.EntryType} {entry.Name} {entry.LinkName}"));
        Assert.All(entries[1..], static entry => Assert.Equal(
            Environment.IsPrivilegedProcess ? (1234, 5678) : (entry.Uid, entry.Gid), (entry.Uid, entry.Gid)));
    }

    [Theory]
    [InlineData("chown 2147483648")]
    [InlineData("chgrp 4294967294")]
    public async Task A_tar_does_not_change_a_large_owner_ID(string change)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root gives files away.");
        await using var place = await Workplace.ShareAsync();
        var folder = Directory.CreateDirectory(place.File("Pictures")).FullName;
        place.Create("Pictures/a", 10);

        var sent = await CommandLine.RunInShellAsync(
            $"{change} '{folder}/a' && orleans-uploads upload '{folder}' --vault {Workplace.Vault} --tar", place.Environment);

        Assert.Equal(1, sent.ExitCode);
        Assert.Contains($"belongs to the user or group {change.Split(' ')[1]}", sent.Error, StringComparison.Ordinal);
        Assert.Empty(await NamesAsync(place));
    }

    [Fact, Campaign]
    public async Task An_unfinished_upload_of_standard_input_is_named_and_continued_or_aborted_on_request()
    {
        await using var place = await Workplace.ShareAsync();
        var film = place.Create("film", 5 * Archives.MiB);
        using var client = place.Connect();
        var begun = await BeginAsync();

        var named = await UploadAsync("");
        Assert.Contains("1 upload with the description 'standard input' did not finish", named, StringComparison.Ordinal);
        Assert.Contains($"uploads resume {begun} - --vault photos", named, StringComparison.Ordinal);
        Assert.Contains($"uploads abort {begun} --vault photos", named, StringComparison.Ordinal);
        Assert.Equal(1, await LeftAsync());

        Assert.DoesNotContain("did not finish", await UploadAsync("--unfinished resume"), StringComparison.Ordinal);
        Assert.Equal(0, await LeftAsync());

        begun = await BeginAsync();
        Assert.Contains($"Aborted {begun}.", await UploadAsync("--unfinished abort"), StringComparison.Ordinal);
        Assert.Equal(0, await LeftAsync());

        Task<string> BeginAsync() => place.BeginUploadAsync(film, "standard input", Archives.MiB);

        async Task<string> UploadAsync(string option)
        {
            var uploaded = await CommandLine.RunInShellAsync(
                $"orleans-uploads upload - --vault photos --part-size 1MiB {option} < '{film}'", place.Environment);
            Assert.Equal(0, uploaded.ExitCode);
            var archive = uploaded.Output.Trim().Split(' ')[^1];
            Assert.Equal(await File.ReadAllBytesAsync(film), await client.RetrieveAsync(Workplace.Vault, archive));
            return uploaded.Error;
        }

        async Task<int> LeftAsync() => await client.ListMultipartUploadsAsync(Workplace.Vault).CountAsync();
    }

    private static async Task<IEnumerable<string>> NamesAsync(Workplace place) =>
        (await place.RunInVaultAsync("archive", "list", "--json")).Expect().Lines
            .Select(static line => JsonElement.Parse(line).GetProperty("description").GetString()!).Order(StringComparer.Ordinal);
}
