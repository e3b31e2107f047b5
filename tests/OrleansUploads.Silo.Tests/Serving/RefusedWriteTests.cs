using System.Diagnostics;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Silo.Tests.Copies;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>While the database answers but refuses what requests write, silos and gateways are not ready: within 5 seconds, and again within 10
/// seconds after the cause is gone.</summary>
[Trait(TestRun.Name, TestRun.Timing)]
public sealed class RefusedWriteTests(RefusedWriteTests.ProcessesOfRole processes, AzuriteServer azurite, ITestOutputHelper output)
    : IClassFixture<RefusedWriteTests.ProcessesOfRole>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("ALTER TABLE uploads_wake RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO uploads_wake", "uploads_wake")]
    [InlineData("REVOKE INSERT ON uploads_record FROM silo_user", "GRANT INSERT ON uploads_record TO silo_user", "permission denied")]
    [InlineData("REVOKE UPDATE ON uploads_record FROM silo_user", "GRANT UPDATE ON uploads_record TO silo_user", "permission denied")]
    [InlineData("REVOKE INSERT ON uploads_wake FROM silo_user", "GRANT INSERT ON uploads_wake TO silo_user", "permission denied")]
    [InlineData("REVOKE DELETE ON uploads_record FROM silo_user", "GRANT DELETE ON uploads_record TO silo_user", "permission denied")]
    [InlineData("REVOKE DELETE ON uploads_wake FROM silo_user", "GRANT DELETE ON uploads_wake TO silo_user", "permission denied")]
    [InlineData("ALTER TABLE uploads_snapshot RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO uploads_snapshot", "uploads_snapshot")]
    [InlineData("REVOKE INSERT ON uploads_snapshot FROM silo_user", "GRANT INSERT ON uploads_snapshot TO silo_user", "permission denied")]
    [InlineData("REVOKE UPDATE ON uploads_snapshot FROM silo_user", "GRANT UPDATE ON uploads_snapshot TO silo_user", "permission denied")]
    [InlineData("REVOKE DELETE ON uploads_snapshot FROM silo_user", "GRANT DELETE ON uploads_snapshot TO silo_user", "permission denied")]
    public async Task Health_is_red_while_the_database_refuses_what_requests_write(string begin, string end, string reason)
    {
        var (database, started) = await processes.Started;
        await ExpectOutageAsync(
            started,
            () => PostgresServer.ExecuteAsync(database, begin),
            () => PostgresServer.ExecuteAsync(database, end),
            reason);
    }

    [Theory]
    [InlineData("uploads_record")]
    [InlineData("uploads_wake")]
    [InlineData("uploads_snapshot")]
    public async Task Health_is_red_while_a_table_is_locked_as_by_the_creation_of_an_index(string table)
    {
        var (database, started) = await processes.Started;
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        NpgsqlTransaction? transaction = null;
        await ExpectOutageAsync(
            started,
            async () =>
            {
                transaction = await connection.BeginTransactionAsync();
                await using var command = new NpgsqlCommand($"LOCK TABLE {table} IN SHARE MODE", connection, transaction);
                await command.ExecuteNonQueryAsync();
            },
            async () => await transaction!.DisposeAsync(),
            "lock timeout");
    }

    [Fact]
    public async Task Health_is_red_while_the_disk_of_the_database_is_full()
    {
        PostgresPrograms.RequireInstalled();
        PostgresPrograms.LetTraverse(_folder.Path);
        var mount = _folder.File("disk");
        await using var disk = await SmallDisk.MountAsync(mount, 300);
        await using var server = new PostgresNode(mount);
        await server.MakePrimaryAsync();
        await server.StartAsync();
        await server.ExecuteAsync("CREATE DATABASE uploads");
        var database = $"{server.ConnectionTo("uploads").Replace("Pooling=false", "Maximum Pool Size=40", StringComparison.Ordinal)}";
        await PostgresServer.ApplySchemaAsync(database);
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, _folder.Data));
        await ExpectOutageAsync(
            [silo],
            () =>
            {
                disk.FillUp(leaveBytes: 0);
                return Task.CompletedTask;
            },
            () =>
            {
                disk.MakeRoom();
                return Task.CompletedTask;
            },
            "No space left");
    }

    [Fact]
    public async Task Health_is_red_while_a_table_of_the_storage_account_takes_no_writes()
    {
        using var proxy = await TableProxy.StartAsync(azurite);
        var cluster = await azurite.CreateLocalClusterAsync() with { ConnectionString = Azurite.ConnectionToTables(proxy.Tables) };
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnAzure(cluster, _folder.Data));
        await using var gateway = await RunningSilo.StartAsync(AsGateway(RunningSilo.OnAzure(cluster, _folder.Data)));
        foreach (var table in (string[])["OrleansUploadsJournals", "OrleansUploadsReminders"])
        {
            await ExpectOutageAsync(
                [silo, gateway],
                () => PlanAsync(request => request.IsWrite && request.Table == table ? TableFault.Fail : TableFault.None),
                () => PlanAsync(static _ => TableFault.None),
                "has not answered for 2 seconds");
        }

        Task PlanAsync(Func<TableRequest, TableFault> plan)
        {
            proxy.Plan = plan;
            return Task.CompletedTask;
        }
    }

    /// <summary>The environment of a process that serves requests and keeps no entities.</summary>
    private static Dictionary<string, string?> AsGateway(Dictionary<string, string?> environment) =>
        new(environment) { [VariableOf(nameof(SiloSettings.Role))] = "gateway" };

    /// <param name="processes">The load is on the first one.</param>
    private async Task ExpectOutageAsync(
        RunningSilo[] processes, Func<Task> beginAsync, Func<Task> endAsync, string reason)
    {
        await AllBecomeAsync(HttpStatusCode.OK);
        await using (var load = await AcknowledgedLoad.StartAsync(processes[0].Address))
        {
            await load.AwaitMoreAsync(4);
            await beginAsync();
            foreach (var red in await AllBecomeAsync(HttpStatusCode.ServiceUnavailable))
            {
                output.WriteLine($"Red after {red.TotalSeconds:F1} s.");
                Assert.InRange(red, TimeSpan.Zero, TimeSpan.FromSeconds(5));
            }

            foreach (var process in processes)
            {
                Assert.Contains(reason, await ReadReportAsync(process), StringComparison.Ordinal);
            }
        }

        await endAsync();
        foreach (var green in await AllBecomeAsync(HttpStatusCode.OK))
        {
            output.WriteLine($"Green after {green.TotalSeconds:F1} s.");
            Assert.InRange(green, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }

        await using var again = await AcknowledgedLoad.StartAsync(processes[0].Address);
        await again.AwaitMoreAsync(4);
        await again.StopAsync();

        Task<TimeSpan[]> AllBecomeAsync(HttpStatusCode status) =>
            Task.WhenAll(processes.Select(process => BecomesAsync(process, status)));
    }

    private async Task<string> ReadReportAsync(RunningSilo silo)
    {
        using var answer = await _http.GetAsync(new Uri(silo.Address, GatewayEndpoints.HealthPath + "?verbose"));
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Waits until the readiness has a status.</summary>
    /// <returns>How long that took.</returns>
    private async Task<TimeSpan> BecomesAsync(RunningSilo silo, HttpStatusCode status)
    {
        var watch = Stopwatch.StartNew();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                using var answer = await _http.GetAsync(new Uri(silo.Address, GatewayEndpoints.HealthPath));
                return answer.StatusCode == status;
            },
            $"the readiness is {status}");
        return watch.Elapsed;
    }

    /// <summary>A silo and a gateway whose user owns nothing, as when another role has applied the schema.</summary>
    public sealed class ProcessesOfRole : IAsyncDisposable
    {
        private const string User = "silo_user";

        private readonly TemporaryFolder _folder = new();
        private readonly Lazy<Task<(string Database, RunningSilo[] Processes)>> _started;

        public ProcessesOfRole(PostgresServer postgres) => _started = new(async () =>
        {
            var database = await postgres.CreateDatabaseAsync();
            await PostgresServer.ExecuteAsync(
                database, $"CREATE ROLE {User} LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {User}");
            var settings = new NpgsqlConnectionStringBuilder(database) { Username = User };
            var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(settings.ConnectionString, _folder.Data));
            return (database,
                [silo, await RunningSilo.StartAsync(AsGateway(RunningSilo.OnPostgres(settings.ConnectionString, _folder.Data)))]);
        });

        /// <summary>The connection string of the database's owner, and the processes, the silo first.</summary>
        internal Task<(string Database, RunningSilo[] Processes)> Started => _started.Value;

        public async ValueTask DisposeAsync()
        {
            if (_started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            {
                foreach (var process in (await _started.Value).Processes)
                {
                    await process.DisposeAsync();
                }
            }

            _folder.Dispose();
        }
    }
}
