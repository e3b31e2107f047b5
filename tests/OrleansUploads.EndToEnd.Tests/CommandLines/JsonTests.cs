namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>The documents that commands on a data folder print for scripts.</summary>
public sealed class JsonTests : TestWithFolder
{
    [Fact]
    public async Task Commands_on_a_running_server_print_documents()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--quiet");
        using var client = await server.ConnectAsync("photos");
        await client.UploadInPartsAsync("photos", Archives.Bytes(Archives.MiB, 1));

        foreach (var command in (string[])["show", "accept"])
        {
            Assert.Equal("""{"isTrusted":true,"fault":null}""", await LineAsync("clock", command));
        }

        Assert.Equal("""{"isInProgress":false,"until":null}""", await LineAsync("backup", "show"));
        var backup = Folder.File("backup");
        var begun = await RunAsync("backup", "begin", "--to", backup);
        Assert.Equal(
            (backup, Path.Combine(Folder.Data, "parts"), JsonValueKind.Null),
            (begun.GetProperty("backup").GetString(), begun.GetProperty("parts").GetString(), begun.GetProperty("earlierUntil").ValueKind));
        var until = begun.GetProperty("until").GetDateTimeOffset();
        Assert.InRange(until - DateTimeOffset.UtcNow, TimeSpan.FromHours(5), TimeSpan.FromHours(6));
        Assert.Equal(until, (await RunAsync("backup", "show")).GetProperty("until").GetDateTimeOffset());
        var again = await RunAsync("backup", "begin", "--to", Folder.File("another"));
        Assert.Equal(until, again.GetProperty("earlierUntil").GetDateTimeOffset());
        Assert.False((await RunAsync("backup", "end")).GetProperty("isInProgress").GetBoolean());

        var output = (await CommandLine.RunAsync(
            "backup", "run", "--to", Folder.File("backups"), "--check", "--data", Folder.Data, "--json")).Expect().Output;
        var (made, check) = (output.Split('\n')[0], output[output.IndexOf('\n', StringComparison.Ordinal)..]);
        Assert.True(JsonElement.Parse(made).GetProperty("bytes").GetInt64() > Archives.MiB);
        Assert.True(Directory.Exists(JsonElement.Parse(made).GetProperty("backup").GetString()));
        Assert.Equal("sound", JsonElement.Parse(check).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_copy_of_parts_prints_what_was_copied()
    {
        await using (var server = await ServerProcess.StartAsync(Folder.Data, "--quiet"))
        {
            using var client = await server.ConnectAsync("photos");
            await client.UploadInPartsAsync("photos", Archives.Bytes(Archives.MiB, 1));
            await server.StopAsync();
        }

        var copied = JsonElement.Parse(Assert.Single(
            (await CommandLine.RunAsync("parts", "copy", Folder.Data, Folder.File("copy"), "--json", "-q")).Expect().Lines));

        Assert.Equal(
            (1, Archives.MiB, 0, 0),
            (Int("parts"), Int("bytes"), Int("present"), Int("damaged")));
        Assert.Equal(JsonValueKind.Null, copied.GetProperty("newStore").ValueKind);

        int Int(string name) => copied.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task Commands_on_keys_print_the_pair()
    {
        var added = await RunAsync("keys", "add", "--create", "--role", "upload", "--vault", "photos");
        var id = added.GetProperty("accessKeyId").GetString()!;

        Assert.Equal("""["photos"]""", added.GetProperty("vaults").GetRawText());
        Assert.Equal(added.GetRawText(), await LineAsync("keys", "show", id));
        Assert.Equal(added.GetRawText(), await LineAsync("keys", "export"));
        Assert.Equal($$"""{"removed":"{{id}}"}""", await LineAsync("keys", "remove", id, "--yes"));
    }

    [Fact]
    public async Task A_tree_hash_comes_with_the_size()
    {
        var file = Folder.File("a");
        await File.WriteAllTextAsync(file, "abc");

        var line = Assert.Single((await CommandLine.RunAsync("treehash", file, "--json")).Expect().Lines);

        Assert.Equal(
            $$"""{"file":"{{file}}","sizeBytes":3,"treeHash":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}""", line);
    }

    private async Task<JsonElement> RunAsync(params string[] command) => JsonElement.Parse(await LineAsync(command));

    private async Task<string> LineAsync(params string[] command) =>
        Assert.Single((await CommandLine.RunAsync([.. command, "--data", Folder.Data, "--json"])).Expect().Lines);
}
