using Amazon.Runtime.CredentialManagement;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Silo.Database;

namespace OrleansUploads.Silo.Tests.Deployment;

public sealed class ScriptTests(PostgresServer postgres, AzuriteServer azurite) : TestWithFolder
{
    /// <summary>The script uses up to this many ports from the first one on.</summary>
    private const int PortsOfScript = 400;

    private const string ClusterScript = "deploy/local-cluster.sh";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_script_prepares_a_database_for_a_silo_and_a_second_run_changes_nothing()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        var where = new NpgsqlConnectionStringBuilder(database);
        Dictionary<string, string?> environment = new()
        {
            ["PGHOST"] = where.Host,
            ["PGPORT"] = $"{where.Port}",
            ["PGUSER"] = where.Username,
            ["PGDATABASE"] = where.Database,
        };
        for (var run = 0; run < 2; run++)
        {
            Assert.Empty(await RunAsync("deploy/postgres/apply.sh", [], environment));
            await using var opened = PostgresDatabase.Create(database);
            await PostgresSchema.RequireAsync(opened, [.. PostgresMembers.Tables, .. PostgresSchema.Journal], Cancellation);
            Assert.Equal("l", await PostgresServer.QueryAsync(
                database,
                "SELECT attcompression FROM pg_attribute WHERE attrelid = 'uploads_record'::regclass AND attname = 'payload'"));
        }
    }

    [Fact]
    public async Task A_second_run_of_the_schema_locks_no_table_to_which_silos_write()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var schema = new NpgsqlCommand(await File.ReadAllTextAsync(Repository.File("deploy/postgres/schema.sql")), connection);
        await schema.ExecuteNonQueryAsync(Cancellation);
        await using var locks = new NpgsqlCommand(
            """
            SELECT string_agg(relation::regclass || ' ' || mode, ', ') FROM pg_locks
            WHERE pid = pg_backend_pid() AND relation::regclass::text ~ '^(uploads_|orleansmembership)' AND mode <> 'AccessShareLock'
            """,
            connection);
        Assert.Equal(DBNull.Value, await locks.ExecuteScalarAsync(Cancellation));
    }

    [Theory, Campaign]
    [InlineData("--parts", "folder", Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "0"])]
    [InlineData("--parts", "s3", Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "2"])]
    [InlineData("--azure", "--parts", "folder", Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "4"])]
    [InlineData("--azure", "--parts", "blobs", Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "6"])]
    [Promise("cluster.md", "a silo is killed")]
    public async Task The_local_cluster_passes_the_demo_while_its_silos_are_killed(params string[] options)
    {
        if (options[0] == "--azure")
        {
            // The script starts its own.
            await azurite.CreateLocalClusterAsync();
        }
        else
        {
            PostgresPrograms.RequireInstalled();
            PostgresPrograms.LetTraverse(Folder.Path);
        }

        var cluster = Folder.File("cluster");
        var environment = LocalCluster(cluster);
        try
        {
            var demo = await RunAsync(ClusterScript, [.. options, "demo", "64MiB"], environment);
            Assert.Contains("All checks passed.", demo, StringComparison.Ordinal);
            Assert.Matches("8 concurrent complete requests return one archive ID .*1 ID", demo);
            Assert.Equal(options[^1] == "folder", Directory.Exists(Path.Combine(cluster, "parts")));
            await File.WriteAllTextAsync(Path.Combine(cluster, "notes"), "not of the script");
        }
        finally
        {
            await RunAsync(ClusterScript, ["remove"], environment);
        }

        Assert.Equal(["notes"], Directory.EnumerateFileSystemEntries(cluster).Select(Path.GetFileName));
    }

    [Fact, Slice(1)]
    public async Task The_local_cluster_uses_a_store_that_exists_and_leaves_its_objects_there()
    {
        PostgresPrograms.RequireInstalled();
        PostgresPrograms.LetTraverse(Folder.Path);
        await using var store = await ServerProcess.StartAsync(Folder.Data, "--quiet");
        await AskStoreAsync(HttpMethod.Put, "/uploads");
        var cluster = Folder.File("cluster");
        var environment = LocalCluster(cluster);
        environment[VariableOf(nameof(SiloSettings.PartsEndpoint))] = store.Address.ToString();
        environment["AWS_ACCESS_KEY_ID"] = CommandLine.AccessKeyId;
        environment["AWS_SECRET_ACCESS_KEY"] = CommandLine.SecretAccessKey;
        try
        {
            await RunAsync(ClusterScript, ["--parts", "s3://uploads/silos", "start", "1"], environment);

            // It has remembered where the store is, and with which key pair.
            var later = LocalCluster(cluster);
            later["LOCAL_CLUSTER_PORT"] = environment["LOCAL_CLUSTER_PORT"];
            await RunAsync(ClusterScript, ["stop"], later);
            Assert.Contains("bytes in s3://uploads/silos", await RunAsync(ClusterScript, ["start", "1"], later), StringComparison.Ordinal);
        }
        finally
        {
            Assert.Contains("stay", await RunAsync(ClusterScript, ["remove"], environment), StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(cluster));
        Assert.Contains("<Key>silos/", await AskStoreAsync(HttpMethod.Get, "/uploads"), StringComparison.Ordinal);

        async Task<string> AskStoreAsync(HttpMethod method, string path)
        {
            using var http = new HttpClient();
            using var request = store.SignS3().Create(method, path, []);
            using var answer = await http.SendAsync(request);
            return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        }
    }

    [Theory]
    [InlineData("--parts", "tape", "start", "--parts is 'tape'")]
    [InlineData("--parts", "s3://", "start", "--parts is 's3://'")]
    [InlineData("--azure", "--parts", "blobs", "usage: ")]
    public async Task The_local_cluster_names_a_wrong_option(string first, string second, string third, string message)
    {
        var (code, error) = await RefuseAsync([first, second, third]);
        Assert.Equal(1, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_local_cluster_leaves_a_folder_alone_that_has_other_files()
    {
        var mine = Folder.File("parts");
        Directory.CreateDirectory(mine);
        foreach (var command in (string[])["start", "remove"])
        {
            var (code, error) = await RefuseAsync([command]);
            Assert.Equal(1, code);
            Assert.Contains("local cluster", error, StringComparison.Ordinal);
        }

        Assert.Equal([mine], Directory.EnumerateFileSystemEntries(Folder.Path));
    }

    [Fact]
    public async Task Secrets_are_created_once_in_the_form_that_a_silo_reads()
    {
        Directory.CreateDirectory(Folder.File("deploy"));
        var script = Folder.File("deploy/make-secrets.sh");
        File.Copy(Repository.File("deploy/make-secrets.sh"), script);
        var printed = await RunAsync(script, [], []);
        Assert.Equal(printed, await RunAsync(script, [], []));

        var pair = Assert.Single(KeyFile.InFolder(Folder.File("deploy/secrets")).Read());
        Assert.Equal(20, pair.AccessKeyId.Length);
        Assert.Equal(
            $"export AWS_ACCESS_KEY_ID={pair.AccessKeyId} AWS_SECRET_ACCESS_KEY={pair.SecretAccessKey} AWS_DEFAULT_REGION=us-east-1",
            printed.Trim());
        var connection = new NpgsqlConnectionStringBuilder(await File.ReadAllTextAsync(Folder.File("deploy/secrets/connection-string")));
        Assert.Equal(await File.ReadAllTextAsync(Folder.File("deploy/secrets/postgres-password")), connection.Password);
        Assert.Equal(48, connection.Password!.Length);
        Assert.True(new SharedCredentialsFile(Folder.File("deploy/secrets/parts-credentials")).TryGetProfile("default", out var store));
        Assert.Equal(20, store.Options.AccessKey.Length);
        Assert.Equal(40, store.Options.SecretKey.Length);
    }

    private static Dictionary<string, string?> LocalCluster(string folder) => new()
    {
        ["LOCAL_CLUSTER_FOLDER"] = folder,
        ["LOCAL_CLUSTER_PORT"] = $"{FreePort.Take(PortsOfScript)[0]}",
    };

    /// <summary>Runs the script of the local cluster on this test's folder.</summary>
    private async Task<(int Code, string Error)> RefuseAsync(string[] arguments)
    {
        await using var script = CapturedProcess.Start(
            "/bin/sh", [Repository.File(ClusterScript), .. arguments], LocalCluster(Folder.Path));
        return (await script.WaitForExitAsync(Patience), script.Error);
    }

    private static async Task<string> RunAsync(
        string script, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        await using var process = CapturedProcess.Start("/bin/sh", [Repository.File(script), .. arguments], environment);
        Assert.True(await process.WaitForExitAsync(Patience) == 0, $"The script failed. {process}");
        return process.Output;
    }
}
