using System.Data.Common;
using Azure;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Checking;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Moving;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Checking;

/// <summary>Compares the decisions of a cluster with its bytes: <c>check</c>. It only reads, and its silos may be running.</summary>
/// <param name="options">The options of the command.</param>
/// <param name="settings">The arguments behind the command that are settings.</param>
internal sealed class CheckCommand(CheckSettings options, string[] settings) : SiloCommand(settings)
{
    private const string Deep = "--deep";
    private const string Limit = "--limit";
    private const string Resume = "--resume";
    private const string Json = "--json";
    private const string Orphans = "--orphans";
    private const string Quiet = "--quiet";
    private const long MinBytesPerSecond = 1024;

    /// <inheritdoc cref="SiloCommand.Parse"/>
    public static new CheckCommand? Parse(string[] arguments)
    {
        if (arguments is not ["check", .. var words])
        {
            return null;
        }

        var options = new CheckSettings(Deep: false, BytesPerSecond: null, ResumeFile: null, Json: false, ListOrphans: false, Quiet: false);
        var settings = new List<string>();
        for (var at = 0; at < words.Length; at++)
        {
            options = words[at] switch
            {
                Deep => options with { Deep = true },
                Json => options with { Json = true },
                Orphans => options with { ListOrphans = true },
                Quiet or "-q" => options with { Quiet = true },
                _ when FindValue(words, ref at, Limit) is { } rate => options with { BytesPerSecond = ParseRate(rate) },
                _ when FindValue(words, ref at, Resume) is { } file => options with { ResumeFile = Path.GetFullPath(file) },
                var setting => AddSetting(setting),
            };
        }

        return new CheckCommand(options, [.. settings]);

        CheckSettings AddSetting(string setting)
        {
            settings.Add(setting);
            return options;
        }
    }

    public override Task<int> RunAsync()
    {
        var run = new CheckRun("orleans-uploads-silo", options, TimeProvider.System);
        return RunInterruptiblyAsync(cancellationToken => run.RunAsync(OpenAsync, cancellationToken));
    }

    private async Task OpenAsync(CheckOptions checkOptions, OpenedCheck checkAsync, CancellationToken cancellationToken)
    {
        try
        {
            await using var cluster = await ClusterData.OpenForReadingAsync(Settings, RequireCluster, cancellationToken);
            await RequireMarkAsync(cluster, cancellationToken);
            var check = new DataCheck(
                JournalOf(cluster),
                cluster.Parts,
                checkOptions with
                {
                    PartsPlace = cluster.Mark.Place,
                    ReadKeys = () => cluster.Settings.KeysFile is { } keys ? CheckRun.FindDamage(new KeyFile(keys), keys) : null,
                },
                TimeProvider.System);
            await checkAsync(
                check,
                $"the cluster {cluster.Name} ({cluster.Settings.Identity}) with the bytes in {cluster.Mark.Place}",
                $"Checking the cluster {cluster.Name} with the bytes in {cluster.Mark.Place}. Its silos may run at the same time.",
                cancellationToken);
        }
        catch (Exception fault) when (fault is SettingException or DbException or RequestFailedException or OrleansException)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    private static ClusterJournal JournalOf(ClusterData cluster) => cluster.Database is { } database
        ? new PostgresJournal(cluster.Decisions, new PostgresRows(database, cluster.Settings.ServiceId))
        : new AzureJournal(cluster.Decisions, AzureAccount.Connect(cluster.Settings), cluster.Settings.ServiceId);

    /// <summary>Requires that the store keeps the bytes of the cluster. With another one, all of them would seem to be lost.</summary>
    /// <exception cref="SettingException">It keeps others; the message names the marks of both.</exception>
    private static async Task RequireMarkAsync(ClusterData cluster, CancellationToken cancellationToken)
    {
        var setting = cluster.Settings.PartsFolder is null ? VariableOf(nameof(SiloSettings.Parts)) : VariableOf(nameof(SiloSettings.PartsFolder));
        if (await ClusterStoreMark.FindAsync(cluster.Storage, cancellationToken) is not { } mark)
        {
            throw new SettingException($"No silo of the cluster {cluster.Name} has ever started, so there is nothing to check. Start a silo first.");
        }

        if (await StoreOwnership.FindMovedAsync(cluster.Mark, cancellationToken) is { } place)
        {
            throw new SettingException($"{setting}: {cluster.Mark.Place} has moved to {place}. Set {VariableOf(nameof(SiloSettings.Parts))} to that store.");
        }

        if (await StoreMarks.FindDifferenceAsync(cluster.Mark, mark, cancellationToken) is { } difference)
        {
            throw new SettingException(
                $"{setting}: {cluster.Mark.Place} does not keep the bytes of the cluster {cluster.Name}: {difference} of the cluster. Correct the "
                + "setting, or mount the folder.");
        }
    }

    /// <summary>The value of an option, as <c>--name value</c> or <c>--name=value</c>, or null if the word is another one.</summary>
    /// <exception cref="SettingException">The value is missing.</exception>
    private static string? FindValue(string[] words, ref int at, string option)
    {
        if (words[at].StartsWith(option + '=', StringComparison.Ordinal))
        {
            return words[at][(option.Length + 1)..];
        }

        return words[at] != option ? null
            : at + 1 < words.Length ? words[++at]
            : throw new SettingException($"{option} needs a value. See 'orleans-uploads-silo --help'.");
    }

    /// <exception cref="SettingException">It is not a rate.</exception>
    private static long ParseRate(string rate) => ByteCount.TryParseRate(rate, out var bytes) && bytes >= MinBytesPerSecond
        ? bytes
        : throw new SettingException($"{Limit} is '{rate}'. It must be a rate of at least 1KiB/s, such as 500KiB/s or 50MiB/s.");
}
