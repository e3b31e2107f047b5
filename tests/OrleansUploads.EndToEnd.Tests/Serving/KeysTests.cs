namespace OrleansUploads.EndToEnd.Tests.Serving;

public sealed class KeysTests : TestWithFolder
{
    private string KeyFile => Path.Combine(Folder.Data, "keys.json");

    private ServerSetup Setup => new(Folder.Data) { Environment = CommandLine.WithoutOperatorKey };

    [Fact]
    public async Task The_first_start_creates_a_key_pair_that_only_the_owner_can_read_and_that_is_never_logged()
    {
        await using var first = await ServerProcess.StartAsync(Setup);
        var id = Assert.Single((await KeysAsync("list", "-q")).Expect().Lines);
        var secret = (await KeysAsync("show", id)).Expect().Output.Trim();
        Assert.DoesNotContain(secret, first.Output + first.Log, StringComparison.Ordinal);
        Assert.Contains(
            $"eval \"$({CommandLine.Dotnet} {CommandLine.Program} keys export {id} --data {Folder.Data})\"",
            first.Output,
            StringComparison.Ordinal);
        await first.Connect(accessKeyId: id, secret: secret).CreateVaultAsync("photos");
        var content = await File.ReadAllTextAsync(KeyFile);
        await first.StopAsync();

        // As in a container, where the commands are pasted outside.
        const string words = "docker exec uploads orleans-uploads";
        await using var second = await ServerProcess.StartAsync(Setup with
        {
            Environment = new Dictionary<string, string?>(CommandLine.WithoutOperatorKey) { ["ORLEANSUPLOADS_PROGRAM"] = words },
        });
        Assert.Equal("photos", (await second.Connect(accessKeyId: id, secret: secret).DescribeVaultAsync("photos")).Name);
        Assert.Equal(content, await File.ReadAllTextAsync(KeyFile));
        Assert.DoesNotContain(secret, second.Output, StringComparison.Ordinal);
        Assert.Contains($"eval \"$({words} keys export {id} --data {Folder.Data})\"", second.Output, StringComparison.Ordinal);
        Assert.Contains($"  {words} vault list", second.Output, StringComparison.Ordinal);
        Assert.True(
            OperatingSystem.IsWindows()
            || File.GetUnixFileMode(KeyFile) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact, Campaign]
    public async Task Half_a_key_pair_in_the_environment_is_refused()
    {
        var half = new Dictionary<string, string?>(CommandLine.WithOperatorKey) { ["ORLEANSUPLOADS_SECRET_ACCESS_KEY"] = null };

        (await ServerProcess.RefuseAsync(Setup with { Environment = half })).ExpectOneLine("Set both or neither");
    }

    [Fact]
    public async Task Added_and_removed_keys_take_effect_without_a_restart()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data);

        // The key pair from the environment is neither stored nor printed.
        await server.Connect().CreateVaultAsync("photos");
        Assert.False(File.Exists(KeyFile));
        Assert.DoesNotContain(CommandLine.SecretAccessKey, server.Output + server.Log, StringComparison.Ordinal);

        var added = (await KeysAsync("add", "--account", "111122223333")).Expect();
        var id = added.Value("AWS_ACCESS_KEY_ID");
        using var client = server.Connect(accessKeyId: id, secret: added.Value("AWS_SECRET_ACCESS_KEY"));

        await Eventually.BecomesTrueAsync(() => client.IsKnownAsync(), "the added key is known");
        await client.CreateVaultAsync("theirs");
        Assert.Contains(":111122223333:", (await client.DescribeVaultAsync("theirs")).Arn, StringComparison.Ordinal);
        var notFound = await Assert.ThrowsAsync<GlacierException>(() => server.Connect().DescribeVaultAsync("theirs"));
        Assert.Equal(GlacierErrorCodes.ResourceNotFound, notFound.Code);
        Assert.Matches($"^SCOPE  ACCOUNT       CREATED               ACCESS KEY ID\nadmin  111122223333  .+Z  {id}\n$", (await KeysAsync("list")).Expect().Output);

        (await KeysAsync("remove", id)).ExpectOneLine(id, "last key", "--yes");
        (await KeysAsync("remove", id, "--yes")).Expect();
        await Eventually.BecomesTrueAsync(async () => !await client.IsKnownAsync(), "the removed key is unknown");
        (await KeysAsync("list")).ExpectOneLine("no keys", KeyFile);
    }

    [Fact]
    public async Task Keys_are_listed_as_JSON_without_their_secrets()
    {
        var admin = (await KeysAsync("add", "--create")).Expect();
        var uploader = JsonElement.Parse((await KeysAsync("add", "--role", "upload", "--vault", "photos", "--vault", "films", "--json")).Expect().Output);

        var listed = (await KeysAsync("list", "--json")).Expect();

        var keys = listed.Lines.Select(static line => JsonElement.Parse(line)).ToList();
        Assert.Equal(
            [admin.Value("AWS_ACCESS_KEY_ID"), uploader.GetProperty("accessKeyId").GetString()],
            keys.Select(static key => key.GetProperty("accessKeyId").GetString()));
        Assert.Equal(["admin", "upload"], keys.Select(static key => key.GetProperty("role").GetString()));
        Assert.Equal(JsonValueKind.Null, keys[0].GetProperty("vaults").ValueKind);
        Assert.Equal(["photos", "films"], keys[1].GetProperty("vaults").EnumerateArray().Select(static vault => vault.GetString()));
        Assert.Equal("000000000001", keys[0].GetProperty("account").GetString());
        Assert.DoesNotContain(admin.Value("AWS_SECRET_ACCESS_KEY"), listed.Output, StringComparison.Ordinal);
        Assert.Equal(
            uploader.GetProperty("secretAccessKey").GetString(),
            Assert.Single((await KeysAsync("show", uploader.GetProperty("accessKeyId").GetString()!)).Expect().Lines));
    }

    [Fact]
    public async Task The_last_admin_key_is_not_removed_without_a_word()
    {
        var admin = (await KeysAsync("add", "--create")).Expect().Value("AWS_ACCESS_KEY_ID");
        var uploader = (await KeysAsync("add", "--role", "upload")).Expect().Value("AWS_ACCESS_KEY_ID");
        (await KeysAsync("remove", admin)).ExpectOneLine(admin, "is the last admin key", "no key may delete", "--yes");
        var another = (await KeysAsync("add")).Expect().Value("AWS_ACCESS_KEY_ID");
        (await KeysAsync("remove", admin)).Expect();
        (await KeysAsync("remove", another, "--yes")).Expect();
        (await KeysAsync("remove", uploader)).ExpectOneLine(uploader, "is the last key");
    }

    [Fact, Campaign]
    public async Task A_folder_that_no_server_uses_is_refused()
    {
        (await KeysAsync("list")).ExpectOneLine(Folder.Data, "is not a data folder");
        (await KeysAsync("add")).ExpectOneLine(Folder.Data, "is not a data folder", "--create");
        Assert.False(Directory.Exists(Folder.Data));

        var id = (await KeysAsync("add", "--create")).Expect().Value("AWS_ACCESS_KEY_ID");
        Assert.Equal([id], (await KeysAsync("list", "-q")).Expect().Lines);
        (await KeysAsync("remove", id, "--yes")).Expect();
        (await KeysAsync("remove", id)).ExpectOneLine(id, "keys list");
        (await KeysAsync("show", id)).ExpectOneLine(id, "keys list");
        (await KeysAsync("export", id)).ExpectOneLine("no keys", KeyFile);
    }

    [Fact, Campaign]
    public async Task The_export_of_a_key_is_the_oldest_admin_key_unless_another_is_named()
    {
        (await KeysAsync("export")).ExpectOneLine(Folder.Data, "is not a data folder");
        var upload = (await KeysAsync("add", "--create", "--role", "upload")).Expect();
        Assert.Equal(PairOf(upload), Exported(await KeysAsync("export")));

        var read = (await KeysAsync("add", "--role", "read")).Expect();
        (await KeysAsync("export")).ExpectOneLine("2 keys", KeyFile, "keys list", "ACCESS-KEY-ID");

        var limited = (await KeysAsync("add", "--vault", "photos")).Expect();
        Assert.Equal(PairOf(limited), Exported(await KeysAsync("export")));
        var oldest = (await KeysAsync("add")).Expect();
        (await KeysAsync("add", "--account", "111122223333")).Expect();

        Assert.Equal(PairOf(oldest), Exported(await KeysAsync("export")));
        Assert.Equal(PairOf(read), Exported(await KeysAsync("export", read.Value("AWS_ACCESS_KEY_ID"))));
        (await KeysAsync("export", "OUNOTHERE")).ExpectOneLine("OUNOTHERE", "keys list");
    }

    [Fact]
    public async Task A_shell_takes_an_exported_key_as_it_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        const string secret = "it's $HOME `id` \\ and; more";
        Directory.CreateDirectory(Folder.Data);
        await File.WriteAllTextAsync(KeyFile, $$"""
            {"keys":[{"accessKeyId":"OUHANDMADE","secretAccessKey":{{System.Text.Json.JsonSerializer.Serialize(secret)}},"account":"000000000001","createdAt":"2026-01-01T00:00:00Z"}]}
            """);

        var result = await CommandLine.RunInShellAsync(
            $"eval \"$(orleans-uploads keys export --data '{Folder.Data}')\"; "
                + "sh -c 'printf %s \"$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY\"'",
            CommandLine.WithoutOperatorKey);

        Assert.Equal([$"OUHANDMADE {secret}"], result.Expect().Lines);
    }

    [Fact, Campaign]
    [Promise("operations.md", "keys.json is missing")]
    public async Task A_missing_key_file_has_no_keys_and_the_next_start_creates_a_pair()
    {
        var (first, server) = await StartWithPairAsync();
        await using (server)
        {
            using var client = server.Connect(accessKeyId: first.Id, secret: first.Secret);
            Assert.True(await client.IsKnownAsync());
            File.Move(KeyFile, KeyFile + "~");
            await Eventually.BecomesTrueAsync(async () => !await client.IsKnownAsync(), "the keys are forgotten");
            File.Move(KeyFile + "~", KeyFile);
            await Eventually.BecomesTrueAsync(() => client.IsKnownAsync(), "the keys are read again");
            File.Delete(KeyFile);
            await server.StopAsync();
            Assert.Contains($"{KeyFile} is missing", server.Log, StringComparison.Ordinal);
        }

        var (second, next) = await StartWithPairAsync();
        await next.StopAsync();
        await next.DisposeAsync();
        Assert.NotEqual(first, second);
    }

    [Fact, Campaign]
    [Promise("operations.md", "keys.json is damaged")]
    public async Task A_damaged_key_file_is_refused_by_a_start_and_a_running_server_keeps_its_keys()
    {
        var (pair, server) = await StartWithPairAsync();
        await using (server)
        {
            using var client = server.Connect(accessKeyId: pair.Id, secret: pair.Secret);
            Assert.True(await client.IsKnownAsync());
            var content = await File.ReadAllTextAsync(KeyFile);
            await File.WriteAllTextAsync(KeyFile, content[..^20]);
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    Assert.True(await client.IsKnownAsync());
                    return server.Log.Contains(KeyFile, StringComparison.Ordinal);
                },
                "the log names the damaged file");
            (await KeysAsync("list")).ExpectOneLine(KeyFile);
            await server.StopAsync();
        }

        (await ServerProcess.RefuseAsync(Setup)).ExpectOneLine(KeyFile);
    }

    private async Task<((string Id, string Secret) Pair, ServerProcess Server)> StartWithPairAsync()
    {
        var server = await ServerProcess.StartAsync(Setup);
        return (Exported(await KeysAsync("export")), server);
    }

    private static (string, string) PairOf(CommandResult added) =>
        (added.Value("AWS_ACCESS_KEY_ID"), added.Value("AWS_SECRET_ACCESS_KEY"));

    private static (string, string) Exported(CommandResult exported) =>
        (exported.Expect().Value("export AWS_ACCESS_KEY_ID"), exported.Value("export AWS_SECRET_ACCESS_KEY"));

    private Task<CommandResult> KeysAsync(string command, params string[] arguments) =>
        CommandLine.RunAsync(["keys", command, .. arguments, "--data", Folder.Data]);
}
