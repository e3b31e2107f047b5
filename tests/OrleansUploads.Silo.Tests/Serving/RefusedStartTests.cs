using System.Net.Sockets;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Silos, gateways and commands that refuse to start because of their settings or stores.</summary>
[Collection(nameof(SharedSilo)), Campaign]
public sealed class RefusedStartTests(PostgresServer postgres, AzuriteServer azurite, SharedSilo shared) : TestWithFolder
{
    private const string Connection = "OrleansUploads__ConnectionString";

    /// <summary>This test runs the program, which adds an exit code and puts its name before the message.</summary>
    [Fact]
    public async Task Without_any_setting_the_error_lists_the_required_settings()
    {
        var message = await RunningSilo.ExpectRefusalAsync(RunningSilo.With());

        Assert.Contains("- OrleansUploads__ConnectionString or ", message, StringComparison.Ordinal);
        Assert.Contains("- OrleansUploads__PartsFolder is missing", message, StringComparison.Ordinal);
        Assert.Contains("OrleansUploads__Clustering=localhost", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("clock", "accept")]
    [Promise("cluster.md", "the database is down")]
    public async Task An_unreachable_database_is_named(params string[] command)
    {
        var database = $"Host=127.0.0.1;Port={FreePort.Take(1)[0]};Username=postgres;Database=postgres";

        await RefuseAsync($"{Connection}: PostgreSQL reported: ", RunningSilo.OnPostgres(database, Folder.Data), command);
    }

    [Fact]
    [Promise("cluster.md", "the database is down")]
    public async Task A_database_that_stops_answering_while_a_silo_joins_ends_it_with_one_sentence()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var locking = new NpgsqlCommand("LOCK TABLE orleansmembershipversiontable IN ACCESS EXCLUSIVE MODE", other, transaction);
        await locking.ExecuteNonQueryAsync();

        var message = await RunningSilo.ExpectRefusalAsync(RunningSilo.OnPostgres(database, Folder.Data));

        Assert.StartsWith("orleans-uploads-silo: The silo cannot join its cluster: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_without_a_table_of_the_journal_is_refused()
    {
        var database = await postgres.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "DROP TABLE uploads_wake");

        var message = await RunningSilo.RefuseAsync(RunningSilo.OnPostgres(database, Folder.Data));

        Assert.Contains("uploads_wake", message, StringComparison.Ordinal);
        Assert.Contains("deploy/postgres", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rights_that_the_user_of_the_database_lacks_are_named()
    {
        const string User = "few_rights";
        var database = await postgres.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, $"CREATE ROLE {User} LOGIN");
        var asUser = new NpgsqlConnectionStringBuilder(database) { Username = User }.ConnectionString;

        await RefuseAsync(
            $"{Connection}: the user of the database lacks rights: SELECT on orleansquery; SELECT on ",
            RunningSilo.OnPostgres(asUser, Folder.Data), "status");

        await PostgresServer.ExecuteAsync(
            database,
            $"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {User}; "
            + $"GRANT INSERT, UPDATE ON orleansmembershiptable, orleansmembershipversiontable, uploads_record, uploads_wake, uploads_row TO {User}; "
            + $"GRANT DELETE ON uploads_record, uploads_wake, uploads_row TO {User}");
        foreach (var command in (string[][])[[], ["restore"]])
        {
            await RefuseAsync(
                $"{Connection}: the user of the database lacks rights: INSERT, UPDATE, DELETE on uploads_snapshot. ",
                RunningSilo.OnPostgres(asUser, Folder.Data), command);
        }
    }

    [Fact]
    public Task An_operator_command_for_a_process_without_a_cluster_is_refused() =>
        RefuseAsync("The command needs a cluster", RunningSilo.Alone(), "clock", "accept");

    [Fact]
    public async Task Two_settings_with_the_same_port_are_named()
    {
        var listen = $"127.0.0.1:{FreePort.Take(1)[0]}";
        var silo = new SiloStart(RunningSilo.Alone())
            .With(VariableOf(nameof(SiloSettings.Listen)), listen)
            .With(VariableOf(nameof(SiloSettings.DashboardListen)), listen);

        await RefuseAsync($"OrleansUploads__DashboardListen and OrleansUploads__Listen are both {listen}.", silo.Environment);
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("127.0.0.1", "0.0.0.0")]
    [InlineData("[::]", "127.0.0.1")]
    public async Task Two_settings_whose_addresses_exclude_each_other_are_named(string listen, string metrics)
    {
        var port = FreePort.Take(1)[0];
        var silo = new SiloStart(RunningSilo.Alone())
            .With(VariableOf(nameof(SiloSettings.Listen)), $"{listen}:{port}")
            .With(VariableOf(nameof(SiloSettings.MetricsListen)), $"{metrics}:{port}");

        await RefuseAsync("OrleansUploads__MetricsListen and OrleansUploads__Listen exclude each other: ", silo.Environment);
    }

    [Fact]
    public async Task A_silo_with_another_cluster_ID_is_refused_while_the_cluster_runs()
    {
        await shared.StartAsync();
        var other = new SiloStart(RunningSilo.OnPostgres(shared.Database, shared.PartsFolder))
            .With(VariableOf(nameof(SiloSettings.ClusterId)), "another");

        var message = await RefuseAsync("OrleansUploads__ClusterId: this silo would be a cluster 'another' of its own", other.Environment);

        Assert.Contains("'orleans-uploads' was running at ", message, StringComparison.Ordinal);

        // As if a silo had ever had this ID.
        await PostgresServer.ExecuteAsync(shared.Database, "INSERT INTO orleansmembershipversiontable (deploymentid) VALUES ('another')");
        await RefuseAsync(
            "OrleansUploads__ClusterId: the cluster of this data is 'orleans-uploads', and not 'another'.", other.Environment, "status");
    }

    [Theory]
    [InlineData("Listen")]
    [InlineData("SiloPort")]
    [InlineData("ClientPort")]
    [Promise("cluster.md", "a silo is started twice")]
    public async Task A_second_silo_with_one_of_the_ports_is_refused_and_the_first_one_keeps_serving(string port)
    {
        var first = await shared.StartAsync();
        var second = RunningSilo.OnPostgres(shared.Database, shared.PartsFolder);
        second[$"OrleansUploads__{port}"] = shared.Environment[$"OrleansUploads__{port}"];

        await RefuseAsync($"OrleansUploads__{port}: another process uses 127.0.0.1:", second);

        using var client = await first.ConnectAsync("photos");
        Assert.Equal("1", await PostgresServer.QueryAsync(shared.Database, "SELECT count(*) FROM orleansmembershiptable"));
    }

    [Fact]
    public async Task A_gateway_without_a_silo_requires_a_folder_that_a_silo_has_marked()
    {
        await shared.StartAsync();
        var other = Directory.CreateDirectory(Folder.File("other")).FullName;
        var gateway = new SiloStart(RunningSilo.OnPostgres(shared.Database, other)).With(VariableOf(nameof(SiloSettings.Role)), "gateway");

        var message = await RunningSilo.RefuseAsync(gateway.Environment);

        Assert.Contains($"does not contain {FolderMark.FileName}", message, StringComparison.Ordinal);
        Assert.Null(FolderMark.Find(other));
    }

    [Theory]
    [InlineData]
    [InlineData("clock", "show")]
    public async Task An_unreachable_account_is_named(params string[] command)
    {
        var account = Azurite.AddressAt(FreePort.Take(1)[0]);

        await RefuseAsync(
            $"{Connection}: Azure Storage at {account.Authority} reported: Connection refused", OnAzure(Azurite.ConnectionToTables(account)), command);
    }

    [Fact]
    public async Task An_account_that_does_not_answer_is_named_within_seconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var account = new Uri($"http://{silent.LocalEndpoint}/{Azurite.Account}");

        await RefuseAsync($"{Connection}: Azure Storage at {account.Authority} ", OnAzure(Azurite.ConnectionToTables(account)));
    }

    [Fact]
    public async Task A_wrong_key_is_named()
    {
        var connection = (await azurite.CreateClusterAsync()).ConnectionString;
        var key = connection.Split(';').Single(static part => part.StartsWith("AccountKey=", StringComparison.Ordinal));
        connection = connection.Replace(key, "AccountKey=" + Convert.ToBase64String(new byte[64]), StringComparison.Ordinal);

        var message = await RefuseAsync($"{Connection}: Azure Storage at ", OnAzure(connection));

        Assert.Contains("; check the account's name and key", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Username=uploads;Database=uploads")]
    [InlineData("nonsense")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=not base64;EndpointSuffix=core.windows.net")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=a;EndpointSuffix=core.windows.net")]
    public Task A_malformed_connection_string_of_Azure_is_refused(string connection) =>
        RefuseAsync($"{Connection} is not a connection string of Azure Storage: ", OnAzure(connection));

    private static async Task<string> RefuseAsync(string begin, IReadOnlyDictionary<string, string?> environment, params string[] command)
    {
        var message = await RunningSilo.RefuseAsync(environment, command);
        Assert.StartsWith(begin, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private Dictionary<string, string?> OnAzure(string connection) => RunningSilo.OnAzure(new AzureCluster(connection), Folder.Data);
}
