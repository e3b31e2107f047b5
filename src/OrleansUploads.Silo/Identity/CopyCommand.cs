using System.CommandLine;
using OrleansUploads.Cluster.Identity;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Identity;

/// <summary>Gives a copy of a cluster's database its own identity: <c>restore</c> if it replaces the original, <c>clone</c>
/// if the original goes on. The settings are a silo's. No silo of the copy runs.</summary>
internal static class CopyCommand
{
    public static Command CreateRestore() =>
        Create("restore", "Make a restored backup the cluster that replaces its original.", replaces: true);

    public static Command CreateClone() => Create("clone", "Make a restored backup a cluster beside its original.", replaces: false);

    private static Command Create(string name, string description, bool replaces)
    {
        var command = new Command(name, description);
        command.Run((commandLine, cancellationToken) => RunAsync(replaces, commandLine, cancellationToken));
        return command;
    }

    /// <param name="replaces">Whether the copy replaces the original, and so may use its bytes.</param>
    private static async Task<int> RunAsync(bool replaces, ParseResult commandLine, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var settings = SettingsReader.Read(builder.Configuration, commandLine);
        settings.RequireCluster();
        await using var database = await ClusterStores.OpenDatabaseAsync(
            settings, builder.Configuration.GetSection("Logging"), cancellationToken);
        await ClusterStores.RequireRightsAsync(database);
        var store = ClusterStores.IdentityOf(settings, database)!;
        var (identity, version, place) = settings.Clustering == ClusterStore.Azure
            ? await AzureAccount.AskAsync(settings, token => FindAsync(store, token))
            : await FindAsync(store, cancellationToken);
        if (!replaces && identity.Parts == settings.PartsAddress)
        {
            throw new SettingException(
                $"{settings.PartsPlace} has the bytes of the cluster that was copied. A clone needs a copy of them, or it would delete what the "
                + $"original stores. Set {VariableOf(nameof(SiloSettings.PartsFolder))} or {VariableOf(nameof(SiloSettings.Parts))} to the copy.");
        }

        var clusterId = settings.ClusterId;
        settings.ClusterId = identity.NameOf(clusterId);
        builder.UseOrleans(silo => UploadsHost.AddEntities(silo, settings, database));
        using var host = builder.Build();
        var members = host.Services.GetRequiredService<IMembershipTable>();
        if (identity.Database == place)
        {
            await StoppedCluster.RequireAsync(members, settings.ClusterId, cancellationToken);
        }
        else
        {
            await members.InitializeMembershipTableAsync(tryInitTableVersion: true, cancellationToken);
        }

        await members.DeleteMembershipTableEntriesAsync(settings.ClusterId, cancellationToken);
        var copy = ClusterIdentity.Create(place, isCopy: true);
        if (!await store.TryWriteAsync(copy, version, cancellationToken))
        {
            throw new SettingException("Another process changed the cluster meanwhile. Run the command again.");
        }

        Console.WriteLine(
            $"This is the cluster {copy.NameOf(clusterId)} now, in {place}. Run 'orleans-uploads-silo take-over' to give it its bytes, start its "
            + "silos, and restart its gateways. Ingestion nodes need this cluster ID.");
        return 0;
    }

    private static async Task<(ClusterIdentity Identity, string Version, string Place)> FindAsync(
        IdentityStore store, CancellationToken cancellationToken) =>
        await store.ReadAsync(cancellationToken) is var (identity, version)
            ? (identity, version, await store.NameDatabaseAsync(cancellationToken))
            : throw new SettingException(
                $"{VariableOf(nameof(SiloSettings.ConnectionString))}: there is no cluster in this database. Load the backup into it first.");
}
