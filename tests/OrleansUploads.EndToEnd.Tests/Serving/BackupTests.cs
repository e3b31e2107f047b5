using OrleansUploads.Cli.Control;
using OrleansUploads.EndToEnd.Tests.Checking;
using OrleansUploads.EndToEnd.Tests.Damage;

namespace OrleansUploads.EndToEnd.Tests.Serving;

/// <summary>Backups of a running server, as docs/operations.md describes them.</summary>
public sealed class BackupTests : TestWithFolder
{
    private const string Vault = "photos";

    [Fact, Campaign]
    public async Task A_backup_contains_everything_that_was_acknowledged_before_it_began()
    {
        var backup = Folder.File("backup");
        var before = Archives.Bytes(3 * Archives.MiB, 1);
        string archive;
        await using (var server = await ServerProcess.StartAsync(Folder.Data, "--quiet"))
        {
            using var client = await server.ConnectAsync(Vault);
            archive = (await client.UploadInPartsAsync(Vault, before)).ArchiveId;

            var backupStart = (await RunAsync("backup", "begin", "--to", backup, "--for", "1h")).Expect();
            Assert.Contains("No bytes are deleted until", backupStart.Output, StringComparison.Ordinal);
            Assert.Contains("A backup is in progress", (await RunAsync("backup", "show")).Expect().Output, StringComparison.Ordinal);
            AssertOwnerOnly(backup);
            await client.UploadInPartsAsync(Vault, Archives.Bytes(Archives.MiB, 2));
            CopyFolder(Path.Combine(Folder.Data, "parts"), Path.Combine(backup, "parts"));
            (await RunAsync("backup", "end")).Expect();
            Assert.Equal("No backup is in progress.", (await RunAsync("backup", "show")).Expect().Output.Trim());
            (await RunAsync("backup", "begin", "--to", backup)).ExpectOneLine("already exists");
            Assert.Contains("from 1m to 7d", (await RunAsync("backup", "begin", "--to", backup, "--for", "8d")).Error, StringComparison.Ordinal);
            await server.KillAsync();
        }

        Assert.Empty((await CheckedFolder.CheckAsync(new DataFolder(backup))).Damage);
        await using var restored = await ServerProcess.StartAsync(backup, "--quiet");
        Assert.Equal(before, await restored.Connect().RetrieveAsync(Vault, archive));
    }

    [Fact]
    public async Task One_command_makes_a_whole_backup_that_shares_bytes_with_the_one_before_and_deletes_old_ones()
    {
        var backups = Folder.File("backups");
        var (film, photo) = (Archives.Bytes(3 * Archives.MiB, 1), Archives.Bytes(Archives.MiB, 2));
        string[] archives;
        await using (var server = await ServerProcess.StartAsync(Folder.Data, "--quiet"))
        {
            using var client = await server.ConnectAsync(Vault);
            archives = [(await client.UploadInPartsAsync(Vault, film)).ArchiveId, ""];
            var first = (await RunAsync("backup", "run", "--to", backups, "--check")).Expect().Output;
            Assert.Contains(", 3.0 MiB, to ", first, StringComparison.Ordinal);
            Assert.Contains("Sound: 1 archive", first, StringComparison.Ordinal);
            Assert.Equal("No backup is in progress.", (await RunAsync("backup", "show")).Expect().Output.Trim());

            archives[1] = (await client.UploadInPartsAsync(Vault, photo)).ArchiveId;
            var second = await BackUpAsync("--check");
            Assert.Contains("1.0 MiB were copied; the backup before has the rest.", second, StringComparison.Ordinal);

            // What a killed run left is deleted, and what is no backup is not.
            Directory.CreateDirectory(Path.Combine(backups, "2026-01-01T000000Z.unfinished", "parts"));
            Directory.CreateDirectory(Path.Combine(backups, "letters"));
            Assert.Contains(" 0 B were copied", await BackUpAsync("--keep", "2"), StringComparison.Ordinal);
            Assert.True(Directory.Exists(Path.Combine(backups, "letters")));
            Assert.Equal(3, Directory.GetDirectories(backups).Length);

            // The clock was wrong when it was made.
            Directory.CreateDirectory(Path.Combine(backups, "2099-01-01T000000Z"));
            await BackUpAsync("--keep", "1");
            Assert.False(Directory.Exists(Path.Combine(backups, "2099-01-01T000000Z")));
            (await RunAsync("backup", "run", "--to", Folder.Data)).ExpectOneLine(Folder.Data);
            (await RunAsync("backup", "run", "--to", Path.Combine(Folder.Data, "parts"))).ExpectOneLine("is in the data folder");
            await server.KillAsync();
        }

        (await RunAsync("backup", "run", "--to", backups)).ExpectOneLine("No server answers");
        var newest = Directory.GetDirectories(backups, "*Z").Order(StringComparer.Ordinal).Last();
        AssertOwnerOnly(newest);
        Assert.Empty((await CheckedFolder.CheckAsync(new DataFolder(newest))).Damage);
        await using var restored = await ServerProcess.StartAsync(newest, "--quiet");
        Assert.Equal(film, await restored.Connect().RetrieveAsync(Vault, archives[0]));
        Assert.Equal(photo, await restored.Connect().RetrieveAsync(Vault, archives[1]));

        async Task<string> BackUpAsync(params string[] options) =>
            (await RunAsync(["backup", "run", "--to", backups, .. options])).Expect().Output;
    }

    [Fact]
    public async Task A_backup_shares_no_bytes_with_one_that_other_users_can_write_to()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix file modes.");
            return;
        }

        await using var server = await ServerProcess.StartAsync(Folder.Data, "--quiet");
        using var client = await server.ConnectAsync(Vault);
        await client.UploadInPartsAsync(Vault, Archives.Bytes(Archives.MiB, 1));
        var (backups, time) = (Folder.File("backups"), new ManualTime());
        var (bytes, _) = await BackUpAsync();
        Assert.Equal((bytes, 0), await BackUpAsync());

        foreach (var backup in Directory.GetDirectories(backups))
        {
            File.SetUnixFileMode(backup, File.GetUnixFileMode(backup) | UnixFileMode.GroupWrite);
        }

        Assert.Equal((bytes, bytes), await BackUpAsync());

        async Task<(long Bytes, long CopiedBytes)> BackUpAsync()
        {
            using var run = await BackupRun.OpenAsync(Folder.Data, backups, TimeSpan.FromHours(1), time, CancellationToken.None);
            var (_, parts) = await run.RunAsync(CancellationToken.None);
            return (parts.Bytes, parts.CopiedBytes);
        }
    }

    [Fact]
    public async Task Backups_of_the_same_second_have_names_in_their_order()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--quiet");
        await server.Connect().CreateVaultAsync(Vault);
        var (backups, time) = (Folder.File("backups"), new ManualTime());
        string[] made = [await BackUpAsync(), await BackUpAsync(), await BackUpAsync()];

        Assert.Equal(["2026-03-14T120000Z", "2026-03-14T120001Z", "2026-03-14T120002Z"], made.Select(Path.GetFileName));
        foreach (var backup in made)
        {
            Assert.Empty((await CheckedFolder.CheckAsync(new DataFolder(backup))).Damage);
        }

        async Task<string> BackUpAsync()
        {
            using var run = await BackupRun.OpenAsync(Folder.Data, backups, TimeSpan.FromHours(1), time, CancellationToken.None);
            return (await run.RunAsync(CancellationToken.None)).Backup;
        }
    }

    [Fact, Campaign]
    public async Task A_restored_backup_deletes_bytes_again_and_keeps_a_lease_of_its_own()
    {
        var backup = Folder.File("backup");
        await using (var server = await ServerProcess.StartAsync(Folder.Data, "--quiet"))
        {
            using var client = await server.ConnectAsync(Vault);
            var archive = await client.UploadInPartsAsync(Vault, Archives.Bytes(Archives.MiB, 1));
            await client.DeleteArchiveAsync(Vault, archive.ArchiveId);
            (await RunAsync("backup", "begin", "--to", backup, "--for", "7d")).Expect();
            await server.KillAsync();
        }

        CopyFolder(Path.Combine(Folder.Data, "parts"), Path.Combine(backup, "parts"));
        await using (var restored = await ServerProcess.StartAsync(backup, "--quiet"))
        {
            // Until then the server has not read the lease.
            using var http = new HttpClient();
            await Eventually.BecomesTrueAsync(
                async () => (await http.GetStringAsync(new Uri(restored.Address, "/healthz")))
                    .Contains("\"clock-is-trusted\":\"Healthy\"", StringComparison.Ordinal),
                "the server trusts its clock");
            Assert.Contains("No backup is in progress", await ShowAsync(), StringComparison.Ordinal);
            (await CommandLine.RunAsync("backup", "begin", "--to", Folder.File("next"), "--data", backup)).Expect();
            await restored.KillAsync();
        }

        await using var again = await ServerProcess.StartAsync(backup, "--quiet");
        await Eventually.BecomesTrueAsync(
            async () => (await ShowAsync()).Contains("is in progress. No bytes", StringComparison.Ordinal), "its own lease is in force");

        async Task<string> ShowAsync() => (await CommandLine.RunAsync("backup", "show", "--data", backup)).Expect().Output;
    }

    [Fact, Campaign]
    public async Task A_backup_that_has_no_place_is_refused_and_the_clock_is_shown_and_accepted()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--quiet");
        await File.WriteAllTextAsync(Folder.File("file"), "a file");

        (await RunAsync("backup", "begin", "--to", Folder.File("file"))).ExpectOneLine(2, "is a file");
        (await RunAsync("backup", "begin", "--to", Path.Combine(Folder.Data, "parts", "backup")))
            .ExpectOneLine("is in the data folder", Folder.Data);
        Assert.False(Directory.Exists(Path.Combine(Folder.Data, "parts", "backup")));

        Assert.Equal("The clock is trusted.", (await RunAsync("clock", "show")).Expect().Output.Trim());
        (await RunAsync("clock", "accept")).Expect();
        using var http = new HttpClient();
        await Eventually.BecomesTrueAsync(
            async () => (await http.GetStringAsync(new Uri(server.Address, "/healthz")))
                .Contains("\"clock-is-trusted\":\"Healthy\"", StringComparison.Ordinal),
            "the clock is trusted");
        Assert.True(
            OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(Folder.Data, "control.sock"))
                == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact, Campaign]
    public async Task Of_several_backups_to_one_folder_one_goes_on_and_only_its_owner_can_read_it()
    {
        var backup = Folder.File("backup");
        Directory.CreateDirectory(backup);
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--quiet");
        await server.Connect().CreateVaultAsync(Vault);

        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RunAsync("backup", "begin", "--to", backup)));

        Assert.Single(results, result => result.ExitCode == 0);
        Assert.All(results, result => Assert.Contains(
            result.ExitCode == 0 ? "The journal is copied" : "separate folder for each backup", result.ToString(), StringComparison.Ordinal));
        AssertOwnerOnly(backup);

        await server.KillAsync();
        Directory.CreateDirectory(Path.Combine(backup, "parts"));
        await using var restored = await ServerProcess.StartAsync(backup, "--quiet");
        Assert.Equal(Vault, (await restored.Connect().DescribeVaultAsync(Vault)).Name);
    }

    [Fact, Campaign]
    public async Task Without_a_running_server_the_commands_fail()
    {
        (await RunAsync("clock", "accept")).ExpectOneLine(Folder.Data, "is not a data folder");
        Directory.CreateDirectory(Path.Combine(Folder.Data, "parts"));
        (await RunAsync("backup", "begin", "--to", Folder.File("backup"))).ExpectOneLine("No server answers");
        Assert.False(Directory.Exists(Folder.File("backup")));
    }

    private static void AssertOwnerOnly(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.GetFiles(folder))
            {
                Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file)));
            }
        }
    }

    private Task<CommandResult> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync([.. arguments, "--data", Folder.Data]);

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
