using System.Buffers;
using Microsoft.Extensions.Options;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Gateway.Glacier.Notifications;

namespace OrleansUploads.Gateway.Settings;

/// <summary>All settings that a single server and a silo share. Their defaults are those of the options.</summary>
public static class ServiceSettings
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    private static readonly SearchValues<char> RegionCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Time until the output of a job is available.</summary>
    public static readonly Setting<ServiceOptions> RetrievalDelay = new(
        "RetrievalDelay",
        "How long the outputs of jobs and the restores of objects are delayed: `3h` for all tiers, or `standard=3h expedited=1m bulk=12h`. "
        + "Inventories are delayed like the standard tier.",
        options => RetrievalDelays.Format(options.Engine.Retrievals),
        (options, text) =>
        {
            if (!RetrievalDelays.TryParse(Words(text), out var policy, out var wrong))
            {
                return $"'{wrong}' is not a delay: write {RetrievalDelays.Form}.";
            }

            options.Engine = options.Engine with { Retrievals = policy };
            return null;
        })
    { IsList = true };

    /// <summary>Receivers of messages about finished jobs.</summary>
    public static readonly Setting<ServiceOptions> Notify = new(
        "Notify",
        "Where notifications about finished jobs are sent: `topic ARN=address`, several with blanks between them.",
        _ => null,
        (options, text) =>
        {
            var isValid = TopicReceivers.TryParse(Words(text), out var receivers, out var flaw);
            options.Receivers = receivers;
            return isValid ? null : flaw;
        })
    { IsList = true, IsSecret = true };

    /// <summary>The object store of the bytes.</summary>
    public static readonly Setting<ServiceOptions> Parts = new(
        "Parts",
        "Where the bytes are kept instead of a folder: `s3://bucket/prefix` in a store that speaks S3, or `az://container/prefix` in Azure Blob "
        + "Storage. See cluster.md.",
        _ => null,
        (options, text) =>
        {
            options.Parts = StorageAddress.TryParse(text);
            return options.Parts is null ? "It must be s3://bucket, s3://bucket/prefix, az://container or az://container/prefix." : null;
        });

    /// <summary>The address of that store's service.</summary>
    public static readonly Setting<ServiceOptions> PartsEndpoint = new(
        "PartsEndpoint",
        "The address of the service with these bytes, such as http://10.0.0.5:9000 or https://account.blob.core.windows.net. If it is not "
        + "set, the one that the SDK knows.",
        _ => null,
        (options, text) =>
        {
            var isValid = Uri.TryCreate(text, UriKind.Absolute, out var endpoint)
                && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps);
            options.PartsEndpoint = endpoint;
            return isValid ? null : "It must be an address such as https://s3.example.org.";
        });

    /// <summary>The region of that store.</summary>
    public static readonly Setting<ServiceOptions> PartsRegion = new(
        "PartsRegion",
        "The region of the bucket. If it is not set, the one that the SDK finds, or us-east-1 with an endpoint.",
        _ => null,
        (options, text) =>
        {
            options.PartsRegion = text;
            return WrongRegion(text);
        });

    /// <summary>All of them, in the order of the help text. <c>serve</c> and the silo read each of them by its name.</summary>
    public static readonly IReadOnlyList<Setting<ServiceOptions>> All =
    [
        new(
            "Region",
            "The region in the names (ARNs) of vaults.",
            options => options.Gateway.Region,
            (options, text) =>
            {
                options.Gateway = options.Gateway with { Region = text };
                return WrongRegion(text);
            }),

        new(
            "S3Domain",
            "The domain of this service for S3. `bucket.domain` addresses a bucket, besides `domain/bucket`.",
            options => options.Gateway.S3Domain,
            (options, text) =>
            {
                options.Gateway = options.Gateway with { S3Domain = text };
                return Uri.CheckHostName(text) == UriHostNameType.Dns
                    ? null
                    : "It must be a domain name without a port, such as s3.example.org.";
            }),

        Setting.Choice(
            "SignatureVersion2",
            "What is accepted of S3's old Signature Version 2: `presigned`, URLs that read or store one object; or `off`.",
            (ServiceOptions options) => options.Gateway.SignatureVersion2,
            (options, value) => options.Gateway = options.Gateway with { SignatureVersion2 = value }),

        Parts,

        PartsEndpoint,

        PartsRegion,

        Setting.Duration(
            "StaleAfter",
            $"Uploads without activity for this long are deleted; at least {Durations.Format(UploadPolicy.MinStaleAfter)}.",
            UploadPolicy.MinStaleAfter,
            (ServiceOptions options) => options.Engine.Uploads.StaleAfter,
            (options, value) => With(options, uploads => uploads with { StaleAfter = value })),

        Setting.Duration(
            "ReplacedObjectGrace",
            "The bytes of an overwritten or deleted object are kept for this long, for downloads and copies that have begun; at least "
            + $"{Durations.Format(UploadPolicy.MinReplacedObjectGrace)}.",
            UploadPolicy.MinReplacedObjectGrace,
            (ServiceOptions options) => options.Engine.Uploads.ReplacedObjectGrace,
            (options, value) => With(options, uploads => uploads with { ReplacedObjectGrace = value })),

        RetrievalDelay,

        Notify,

        Setting.Number(
            "MaxVaults",
            "Maximum number of vaults per account.",
            1,
            int.MaxValue,
            (ServiceOptions options) => options.Engine.Accounts.MaxVaults,
            (options, value) => options.Engine = options.Engine with
            {
                Accounts = options.Engine.Accounts with { MaxVaults = value },
            }),

        Setting.Number(
            "MaxOpenUploads",
            $"Maximum number of uploads in progress per vault, up to {VaultLimits.MaxOpenUploads}.",
            1,
            VaultLimits.MaxOpenUploads,
            (ServiceOptions options) => options.Engine.Vaults.OpenUploads,
            (options, value) => options.Engine = options.Engine with
            {
                Vaults = options.Engine.Vaults with { OpenUploads = value },
            }) with { IsSameOnAllSilos = true },

        Setting.Number(
            "MaxJobs",
            $"Maximum number of jobs that a vault keeps, up to {VaultLimits.DefaultJobs}; at most a tenth can be inventory jobs.",
            1,
            VaultLimits.DefaultJobs,
            (ServiceOptions options) => options.Engine.Vaults.Jobs,
            (options, value) => options.Engine = options.Engine with
            {
                Vaults = options.Engine.Vaults with { Jobs = value },
            }) with { IsSameOnAllSilos = true },

        Setting.Number(
            "MaxConnections",
            "Maximum number of client connections; fewer if the limit of open files (`ulimit -n`) does not allow that many.",
            1,
            int.MaxValue,
            (ServiceOptions options) => options.Gateway.MaxConnections,
            (options, value) => options.Gateway = options.Gateway with { MaxConnections = value }),

        Setting.Number(
            "MaxBodies",
            "Maximum number of upload bodies that are received at a time, and of job outputs that are sent at a time.",
            1,
            int.MaxValue,
            (ServiceOptions options) => options.Gateway.MaxConcurrentBodies,
            (options, value) => options.Gateway = options.Gateway with
            {
                MaxConcurrentBodies = value,
                MaxConcurrentOutputs = value,
            }),

        Setting.Duration(
            "HeaderTimeout",
            "A connection is closed if the headers of a request take longer than this.",
            OneSecond,
            (ServiceOptions options) => options.Gateway.HeaderTimeout,
            (options, value) => options.Gateway = options.Gateway with { HeaderTimeout = value }),

        Setting.Duration(
            "KeepAliveTimeout",
            "A connection is closed if no request begins for this long. It must be longer than a load balancer keeps idle connections.",
            OneSecond,
            (ServiceOptions options) => options.Gateway.KeepAliveTimeout,
            (options, value) => options.Gateway = options.Gateway with { KeepAliveTimeout = value }),

        Setting.Duration(
            "CollectGrace",
            "Unowned bytes younger than this are kept.",
            TimeSpan.Zero,
            (ServiceOptions options) => options.Engine.Maintenance.AttemptGrace,
            (options, value) => With(options, maintenance => maintenance with { AttemptGrace = value })),

        Setting.Duration(
            "CollectInterval",
            "Time between two collections of unowned bytes.",
            OneSecond,
            (ServiceOptions options) => options.Engine.Maintenance.CollectInterval,
            (options, value) => With(options, maintenance => maintenance with { CollectInterval = value })),

        Setting.Choice(
            "LogFormat",
            "How log messages are written: `text`, or `json` with one object in each line.",
            (ServiceOptions options) => options.LogFormat,
            (options, value) => options.LogFormat = value),

        Setting.Choice(
            "DirectIo",
            "Whether the bytes of large parts are written past the page cache, which costs less processor time: `auto`, where the file "
            + "system allows it, but not on network file systems and FUSE; or `off`.",
            (ServiceOptions options) => options.DirectIo,
            (options, value) => options.DirectIo = value),
    ];

    /// <summary>Binds options to texts.</summary>
    /// <param name="textOf">The text of a setting; null or empty for its default.</param>
    /// <param name="nameOf">The name of a setting as the operator knows it.</param>
    /// <exception cref="OptionsValidationException">Some settings are wrong; <see cref="OptionsValidationException.Failures"/> has a
    /// sentence for each.</exception>
    public static ServiceOptions Bind(
        Func<Setting<ServiceOptions>, string?> textOf, Func<Setting<ServiceOptions>, string> nameOf)
    {
        var options = new ServiceOptions();
        var failures = new List<string>();
        foreach (var setting in All)
        {
            if (textOf(setting) is { Length: > 0 } text && setting.Read(options, text, nameOf(setting)) is { } failure)
            {
                failures.Add(failure);
            }
        }

        return failures.Count == 0
            ? options
            : throw new OptionsValidationException(Options.DefaultName, typeof(ServiceOptions), failures);
    }

    private static void With(ServiceOptions options, Func<UploadPolicy, UploadPolicy> change) =>
        options.Engine = options.Engine with { Uploads = change(options.Engine.Uploads) };

    private static void With(ServiceOptions options, Func<MaintenanceOptions, MaintenanceOptions> change) =>
        options.Engine = options.Engine with { Maintenance = change(options.Engine.Maintenance) };

    private static string? WrongRegion(string text) => text.AsSpan().ContainsAnyExcept(RegionCharacters)
        ? "It must have only letters, digits, '-', '_' and '.', such as us-east-1."
        : null;

    private static string[] Words(string text) => text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
}
