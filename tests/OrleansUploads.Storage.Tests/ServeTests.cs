using OrleansUploads.Client;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Storage.Tests;

/// <summary>The server with its bytes in an object store.</summary>
[Campaign]
public sealed class ServeTests(StoreServers servers) : TestWithFolder
{
    public static TheoryData<string> Servers => ["own", "azurite"];

    [Theory]
    [MemberData(nameof(Servers))]
    [Promise("operations.md", "the process is killed")]
    public async Task Archives_and_objects_survive_a_kill_and_the_check_finds_no_damage(string server)
    {
        var setup = await servers.SetupAsync(server, Path.Combine(Folder.Path, "data"));
        var bytes = Archives.Bytes(5 * 1024 * 1024, seed: 1);
        string archive;
        await using (var first = await ServerProcess.StartAsync(setup))
        {
            using var client = await first.ConnectAsync("photos");
            archive = (await client.UploadInPartsAsync("photos", bytes)).ArchiveId;
            await first.KillAsync();
        }

        await using (var second = await ServerProcess.StartAsync(setup))
        {
            using var client = second.Connect();
            Assert.Equal(bytes, await client.RetrieveAsync("photos", archive));
            await second.StopAsync();
        }

        Assert.False(Directory.Exists(Path.Combine(setup.DataFolder, "parts")));
        var check = await CommandLine.RunAsync(
            ["check", "--data", setup.DataFolder, "--deep", "--quiet", .. setup.Options.Where(option => option != "--quiet")], setup.Environment);
        Assert.True(check.ExitCode == 0, check.ToString());
    }

    [Fact]
    public async Task A_folder_whose_bytes_are_in_an_object_store_is_not_served_or_checked_without_it()
    {
        var setup = await servers.SetupAsync("own", Path.Combine(Folder.Path, "data"));
        await using (var server = await ServerProcess.StartAsync(setup))
        {
            await server.StopAsync();
        }

        (await ServerProcess.RefuseAsync(setup with { Options = [] })).ExpectOneLine("--parts");
        var check = await CommandLine.RunAsync(["check", "--data", setup.DataFolder], setup.Environment);
        Assert.Contains("--parts", check.Output + check.Error, StringComparison.Ordinal);
        Assert.Equal(2, check.ExitCode);
    }

    [Fact]
    public async Task A_backup_is_checked_with_the_bytes_in_the_store()
    {
        var setup = await servers.SetupAsync("own", Path.Combine(Folder.Path, "data"));
        await using var server = await ServerProcess.StartAsync(setup);
        using var client = await server.ConnectAsync("photos");
        await client.UploadInPartsAsync("photos", Archives.Bytes(3000, seed: 9));
        string[] backup = ["backup", "run", "--check", "--data", setup.DataFolder, "--to", Path.Combine(Folder.Path, "backups")];

        (await CommandLine.RunAsync(backup, setup.Environment)).ExpectOneLine("Name it with --parts");
        Assert.False(Directory.Exists(Path.Combine(Folder.Path, "backups")));
        var made = await CommandLine.RunAsync([.. backup, .. setup.Options.Where(option => option != "--quiet")], setup.Environment);

        Assert.True(made.ExitCode == 0, made.ToString());
        Assert.Contains("The bytes stay in the object store.", made.Output, StringComparison.Ordinal);
        Assert.Contains("Sound: 1 archive", made.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Promise("operations.md", "another folder or cluster")]
    public async Task A_store_of_another_folder_is_refused_before_it_has_bytes()
    {
        var setup = await servers.SetupAsync("own", Path.Combine(Folder.Path, "data"));
        for (var start = 0; start < 2; start++)
        {
            await using var server = await ServerProcess.StartAsync(setup);
            await server.StopAsync();
        }

        var refused = await ServerProcess.RefuseAsync(setup with { DataFolder = Path.Combine(Folder.Path, "other") });
        refused.ExpectOneLine("belongs to another data folder", "delete the mark 'store-mark'");
    }

    [Theory]
    [MemberData(nameof(Servers))]
    [Promise("operations.md", "a copy of the folder, such as a restored backup, beside its original or after it")]
    public async Task A_copy_is_refused_until_it_takes_over_and_then_its_original_stores_nothing_more(string server)
    {
        var setup = await servers.SetupAsync(server, Path.Combine(Folder.Path, "data"));
        var copy = setup with { DataFolder = Path.Combine(Folder.Path, "copy") };
        await using var original = await ServerProcess.StartAsync(setup);
        using var client = await original.ConnectAsync("photos");
        var bytes = Archives.Bytes(3000, seed: 3);
        var archive = (await client.UploadInPartsAsync("photos", bytes)).ArchiveId;
        var begun = await CommandLine.RunAsync(["backup", "begin", "--data", setup.DataFolder, "--to", copy.DataFolder], setup.Environment);
        Assert.True(begun.ExitCode == 0, begun.ToString());

        (await ServerProcess.RefuseAsync(copy)).ExpectOneLine("is used by the data folder", setup.DataFolder, "take-over");
        var taken = await CommandLine.RunAsync(
            ["take-over", "--json", "--data", copy.DataFolder, .. setup.Options.Where(option => option != "--quiet")], setup.Environment);
        Assert.True(taken.ExitCode == 0, taken.ToString());
        Assert.Contains($"\"data\":\"{copy.DataFolder}\"", taken.Output, StringComparison.Ordinal);

        await using var restored = await ServerProcess.StartAsync(copy);
        using var newClient = restored.Connect();
        Assert.Equal(bytes, await newClient.RetrieveAsync("photos", archive));
        await RequireLossAsync(original, client);
        await original.StopAsync();
        (await ServerProcess.RefuseAsync(setup)).ExpectOneLine("is used by the data folder", copy.DataFolder);
        Assert.Equal(bytes, await newClient.RetrieveAsync("photos", archive));
    }

    /// <summary>A virtual machine that was paused resumes after its replacement has begun to work.</summary>
    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_paused_original_resumes_after_a_copy_has_taken_over_and_deletes_nothing(string server)
    {
        var setup = await servers.SetupAsync(server, Path.Combine(Folder.Path, "data"));
        var copy = setup with { DataFolder = Path.Combine(Folder.Path, "copy") };
        await using var original = await ServerProcess.StartAsync(setup);
        using var client = await original.ConnectAsync("photos");
        var bytes = Archives.Bytes(3000, seed: 7);
        var archive = (await client.UploadInPartsAsync("photos", bytes)).ArchiveId;
        var open = await client.InitiateMultipartUploadAsync("photos", Archives.MiB);
        await client.UploadPartAsync("photos", open, 0, HashedBody.Of(bytes));
        var begun = await CommandLine.RunAsync(["backup", "begin", "--data", setup.DataFolder, "--to", copy.DataFolder], setup.Environment);
        Assert.True(begun.ExitCode == 0, begun.ToString());
        original.Process.Pause();
        var taken = await CommandLine.RunAsync(
            ["take-over", "--data", copy.DataFolder, .. setup.Options.Where(option => option != "--quiet")], setup.Environment);
        Assert.True(taken.ExitCode == 0, taken.ToString());
        await using var restored = await ServerProcess.StartAsync(copy);
        using var newClient = restored.Connect();

        // What was sent to the paused server is carried out when it resumes.
        var abort = client.AbortMultipartUploadAsync("photos", open);
        original.Process.Resume();
        await abort;
        await RequireLossAsync(original, client);

        var completed = await newClient.CompleteMultipartUploadAsync("photos", open, bytes.Length, HashedBody.Of(bytes).TreeHash);
        Assert.Equal(bytes, await newClient.RetrieveAsync("photos", completed.ArchiveId));
        Assert.Equal(bytes, await newClient.RetrieveAsync("photos", archive));
    }

    [Fact]
    public async Task A_check_with_a_wrong_store_names_the_marks_and_reports_no_loss()
    {
        var setup = await servers.SetupAsync("own", Path.Combine(Folder.Path, "data"));
        var other = await servers.SetupAsync("own", Path.Combine(Folder.Path, "other"));
        var local = setup with { DataFolder = Path.Combine(Folder.Path, "local"), Options = [] };
        foreach (var used in (ServerSetup[])[setup, other, local])
        {
            await using var server = await ServerProcess.StartAsync(used);
            using var client = await server.ConnectAsync("photos");
            await client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed: 6));
            await server.StopAsync();
        }

        await ExpectAsync(setup, $"s3://{StoreServers.Bucket}/elsewhere", "there is no mark 'store-mark' in it");
        await ExpectAsync(setup, other.Options[1], $"does not keep the bytes of {setup.DataFolder}: its mark 'store-mark' is ");
        await ExpectAsync(local, setup.Options[1], $"{local.DataFolder} has no mark", "Omit --parts.");

        async Task ExpectAsync(ServerSetup folder, string store, params string[] texts)
        {
            var check = await CommandLine.RunAsync(
                ["check", "--data", folder.DataFolder, "--parts", store, .. setup.Options.Skip(2)], setup.Environment);
            Assert.Equal(2, check.ExitCode);
            Assert.All(texts, text => Assert.Contains(text, check.Output + check.Error, StringComparison.Ordinal));
            Assert.DoesNotContain("lost", check.Output + check.Error, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_missing_bucket_is_refused_with_its_name()
    {
        var setup = await servers.SetupAsync("own", Path.Combine(Folder.Path, "data"));
        var refused = await ServerProcess.RefuseAsync(setup with { Options = ["--parts", "s3://no-such-bucket", .. setup.Options.Skip(2)] });
        refused.ExpectOneLine("s3://no-such-bucket", "--parts");
    }

    /// <summary>Requires that a server learns that it has lost its store, and then stores nothing.</summary>
    private static async Task RequireLossAsync(ServerProcess server, GlacierClient client)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                _ = await Record.ExceptionAsync(() => client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed: 4)));
                return (await http.GetAsync("/healthz")).StatusCode == System.Net.HttpStatusCode.ServiceUnavailable;
            },
            "the server knows that it has lost its store");
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed: 5)));
        Assert.Contains("has lost its part store", refused.ToString(), StringComparison.Ordinal);
    }
}
