using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Hashing;
using OrleansUploads.Postgres.Hosting;

namespace OrleansUploads.Silo.Tests.OwnSilos;

/// <summary>Silos of somebody else that keep what the grains decide in PostgreSQL, as the README of the package shows them.</summary>
public sealed class OwnSiloTests(PostgresServer postgres) : TestWithFolder
{
    private const string Service = "own";
    private const long Bytes = 1000;

    private static readonly VaultAddress Vault = new($"{Some.Vault.Account}", $"{Some.Vault.Name}");
    private static readonly string Hash = TreeHasher.Compute(new byte[Bytes]).ToString();

    [Fact]
    public async Task A_copy_of_the_database_is_refused_until_it_is_made_the_cluster_and_then_has_its_uploads()
    {
        var original = await postgres.CreateEmptyDatabaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostgresDatabase.CreateTablesAsync(original, Cancellation)));
        var key = UploadKey.New();
        await PlayAsync(original, async host =>
        {
            await host.Services.GetRequiredService<IEntityHost>().AskAsync(Some.Account.Entity, new CreateVault(Some.Vault), Cancellation);
            var upload = Upload(host, key);
            await upload.InitiateAsync(new UploadRequest(Vault, 1 << 20, "tape 7", UploadStorage.External), Cancellation);
            Assert.Null((await upload.ReportPartAsync(Vault, new PartReport(0, Bytes - 1, Hash, "tape://7/0"), Cancellation)).Refusal);
        });
        await PlayAsync(original, async host => Assert.Single((await Upload(host, key).ListPartsAsync(new PartsQuery(Vault, 0, 10), Cancellation)).Value!.Parts));

        var copy = await CopyAsync(original);
        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => PlayAsync(copy, static _ => Task.CompletedTask));
        Assert.Contains("this is a copy of a cluster's database", refused.Message, StringComparison.Ordinal);
        var settings = RunningSilo.OnPostgres(copy, Folder.Data);
        settings[VariableOf(nameof(SiloSettings.ServiceId))] = Service;
        Assert.Equal(0, await RunningSilo.RunHereAsync(settings, "restore"));
        Assert.Equal(0, await RunningSilo.RunHereAsync(settings, "take-over"));

        await PlayAsync(copy, async host => Assert.Null((await Upload(host, key).CompleteAsync(new CompletionRequest(Vault, Bytes, Hash), Cancellation)).Refusal));
    }

    [Fact]
    public async Task A_database_without_the_tables_or_rights_is_refused_with_what_creates_them()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => PostgresDatabase.OpenAsync(database, cancellationToken: Cancellation));
        Assert.StartsWith("the database does not have uploads_record", refused.Message, StringComparison.Ordinal);
        Assert.Contains("PostgresDatabase.CreateTablesAsync", refused.Message, StringComparison.Ordinal);

        const string User = "reader_of_own_silo";
        await PostgresServer.ExecuteAsync(database, $"CREATE ROLE {User} LOGIN");
        var asUser = $"{database};Username={User}";
        refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => PostgresDatabase.CreateTablesAsync(asUser, Cancellation));
        Assert.StartsWith("the user of the database may not create the tables", refused.Message, StringComparison.Ordinal);
        await PostgresDatabase.CreateTablesAsync(database, Cancellation);
        await PostgresServer.ExecuteAsync(database, $"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {User}");
        refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => PostgresDatabase.OpenAsync(asUser, cancellationToken: Cancellation));
        Assert.StartsWith(
            "the user of the database lacks rights: INSERT, UPDATE, DELETE on uploads_record", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silos_find_each_other_in_the_database_as_the_README_shows()
    {
        const string Line = """silo.UseAdoNetClustering(options => (options.Invariant, options.DataSource) = ("Npgsql", database))""";
        var readme = await File.ReadAllTextAsync(Repository.File("src/OrleansUploads.Postgres/README.md"), Cancellation);
        Assert.Contains(Line, readme, StringComparison.Ordinal);
        var connection = await postgres.CreateEmptyDatabaseAsync();
        await PostgresDatabase.CreateTablesAsync(connection, Cancellation);
        await PlayAsync(connection, UseDatabase, first => PlayAsync(connection, UseDatabase, async second =>
        {
            foreach (var host in (IHost[])[first, second])
            {
                var silos = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
                Assert.Equal(2, (await silos.GetHosts(onlyActive: true, Cancellation)).Count);
            }
        }));

        static void UseDatabase(ISiloBuilder silo, int[] ports, PostgresDatabase database) => silo
            .UseAdoNetClustering(options => (options.Invariant, options.DataSource) = ("Npgsql", database))
            .ConfigureEndpoints(IPAddress.Loopback, ports[0], ports[1])
            .Configure<Orleans.Configuration.ClusterOptions>(static options => (options.ClusterId, options.ServiceId) = (Service, Service));
    }

    private static IUploadGrain Upload(IHost host, string key) => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IUploadGrain>(key);

    private async Task<string> CopyAsync(string connectionString)
    {
        var copy = new NpgsqlConnectionStringBuilder(await postgres.CreateEmptyDatabaseAsync());
        var (empty, name) = (copy.ConnectionString, $"{copy.Database}_copy");
        await PostgresServer.ExecuteAsync(
            empty, $"CREATE DATABASE {name} TEMPLATE {new NpgsqlConnectionStringBuilder(connectionString).Database}");
        copy.Database = name;
        return copy.ConnectionString;
    }

    /// <summary>Runs a silo over a database, and does something with it.</summary>
    private Task PlayAsync(string connectionString, Func<IHost, Task> playAsync) => PlayAsync(
        connectionString,
        static (silo, ports, _) => silo.UseLocalhostClustering(ports[0], ports[1], serviceId: Service),
        playAsync);

    private async Task PlayAsync(
        string connectionString, Action<ISiloBuilder, int[], PostgresDatabase> useClustering, Func<IHost, Task> playAsync)
    {
        await using var database = await PostgresDatabase.OpenAsync(connectionString, cancellationToken: Cancellation);
        var ports = FreePort.Take(2);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleans(silo =>
        {
            useClustering(silo, ports, database);
            silo.AddOrleansUploads(DiskPartStore.OpenShared(Folder.Data), database);
        });
        using var host = builder.Build();
        await host.StartAsync(Cancellation);
        await playAsync(host);
        Assert.Null(database.Fault);
        await host.StopAsync(Cancellation);
    }
}
