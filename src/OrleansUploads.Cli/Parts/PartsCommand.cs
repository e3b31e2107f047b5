using System.Diagnostics;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Moving;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Serving;
using OrleansUploads.Storage;

namespace OrleansUploads.Cli.Parts;

/// <summary><c>parts copy</c>: copies the bytes of a server or cluster to another store.</summary>
internal static class PartsCommand
{
    private const string StoreKinds = "a data folder, a folder of parts, s3://bucket/prefix or az://container/prefix.";
    private const int ShownFaults = 20;

    public static Command Create()
    {
        var from = new Argument<string>("from") { Description = $"The source: {StoreKinds}" };
        var to = new Argument<string>("to") { Description = "The target, which must be unused: a folder of parts, s3:// or az:// as above." };
        var final = new Option<bool>("--final")
        {
            Description = "End the use of the source, copy the rest, and mark the target as the store of the same cluster or server. Stop its "
                + "silos or server before, and start them with the target afterwards.",
        };
        var verify = new Option<bool>("--verify")
        {
            Description = "Also compare the stored hashes of all parts that were copied before. Without this option, only lengths are compared.",
        };
        var limit = LimitOption.Create("The maximum rate at which bytes are copied, such as 50MiB/s.");
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Do not print progress to standard error." };
        var json = CommonOptions.Json();
        var (source, target) = (new PlaceOptions("from", "source"), new PlaceOptions("to", "target"));
        var copy = new Command(
            "copy",
            "Copy what is missing from one store of parts to another. Servers may use the source meanwhile, and the command may be interrupted and "
            + "repeated. Exit codes: 0 if all is copied, 1 if something is damaged or the copy failed.")
        {
            from, to, final, verify, limit, quiet, json,
        };
        foreach (var option in source.All.Concat(target.All))
        {
            copy.Add(option);
        }

        copy.Run(async (parsed, cancellationToken) =>
        {
            var (sourcePlace, targetPlace) = (parsed.GetRequiredValue(from), parsed.GetRequiredValue(to));
            var isFinal = parsed.GetValue(final);
            using var sourceStore = OpenSource(sourcePlace, source.AddressOf(sourcePlace, parsed), isFinal);
            using var targetStore = await OpenTargetAsync(targetPlace, target.AddressOf(targetPlace, parsed), cancellationToken);
            var parts = new PartsCopy(
                (ICopiedStore)sourceStore,
                (ICopiedStore)targetStore,
                new CopyOptions { ComparesHashes = parsed.GetValue(verify), BytesPerSecond = parsed.GetValue(limit) },
                TimeProvider.System);
            var time = Stopwatch.StartNew();
            var tally = await RunAsync(parts, isFinal, parsed.GetValue(quiet), cancellationToken);
            Report(tally, time.Elapsed.TotalSeconds, isFinal ? targetPlace : null, new Printer(parsed.GetValue(json)));
            return ExitCode.Done;
        });
        return new Command("parts", "Copy the bytes of a server or cluster to another store.") { copy };
    }

    private static Task<MoveTally> RunAsync(PartsCopy parts, bool isFinal, bool isQuiet, CancellationToken cancellationToken)
    {
        var running = isFinal ? parts.FinishAsync(cancellationToken) : parts.CopyAsync(cancellationToken);
        return isQuiet ? running : running.ReportProgressAsync(() => Console.Error.WriteLine(Describe(parts.Tally, "so far")));
    }

    /// <summary>Prints what was copied.</summary>
    /// <param name="newStore">The store that is now used instead of the source, or null.</param>
    /// <exception cref="IOException">Something is damaged.</exception>
    private static void Report(MoveTally tally, double seconds, string? newStore, Printer printer)
    {
        newStore = tally.FaultCount == 0 ? newStore : null;
        printer.Result(
            new
            {
                parts = tally.AttemptCount,
                bytes = tally.ByteCount,
                manifests = tally.ManifestCount,
                present = tally.PresentCount,
                unfinished = tally.UnfinishedCount,
                damaged = tally.FaultCount,
                newStore,
                seconds = Math.Round(seconds, 1),
            },
            Describe(tally, string.Create(CultureInfo.InvariantCulture, $"in {seconds:F1} s"))
            + (tally.UnfinishedCount == 0 ? "" : $"\n{Quantity.Format(tally.UnfinishedCount, "part")} not copied, because no server has "
                + "acknowledged them: they are incomplete.")
            + (newStore is null ? "" : $"\n{newStore} is now the store. Start the silos or the server with it; they refuse to start with the old one."));
        if (tally.FaultCount > 0)
        {
            foreach (var fault in tally.Faults.Take(ShownFaults))
            {
                Console.Error.WriteLine(fault);
            }

            throw new IOException(
                $"{Quantity.Format(tally.FaultCount, "part or manifest is", "parts and manifests are")} damaged and not copied. 'check' names "
                + "the archives. Delete or restore what is damaged, and run the command again.");
        }
    }

    private static string Describe(MoveTally tally, string when) =>
        $"Copied {Quantity.Format(tally.AttemptCount, "part")} of {ByteCount.Format(tally.ByteCount)} and "
        + $"{Quantity.Format(tally.ManifestCount, "manifest")} {when}; {tally.PresentCount:N0} were there before.";

    private static IDisposable OpenSource(string place, StorageAddress? address, bool isFinal)
    {
        if (address is not null)
        {
            return ObjectStores.OpenForReading(address);
        }

        var folder = Path.GetFullPath(place);
        FileFault.RequireReadable(folder);
        if (!DataFolder.Exists(folder))
        {
            return FolderMark.Find(folder) is not null
                ? DiskPartStore.OpenForReading(folder)
                : throw new IOException(
                    $"{folder} is neither a data folder nor a folder of parts: it contains no journal and no mark '{FolderMark.FileName}'.");
        }

        if (FolderMark.Find(folder) is not null)
        {
            throw new IOException($"The bytes of {folder} are in an object store. Name that store instead of the folder.");
        }

        return !isFinal
            ? DiskPartStore.OpenForReading(Path.Combine(folder, DataFolder.PartsFolder))
            : throw new IOException(
                $"{folder} contains its bytes. Copy them without --final when its server has stopped, and take the folder into a cluster with "
                + "'orleans-uploads-silo import'.");
    }

    private static async Task<IDisposable> OpenTargetAsync(string place, StorageAddress? address, CancellationToken cancellationToken)
    {
        if (address is not null)
        {
            return await ObjectStores.OpenAsync(address, cancellationToken);
        }

        var folder = Path.GetFullPath(place);
        return !DataFolder.Exists(folder)
            ? FileFault.OpenFolder(folder, "the argument 'to'", () => DiskPartStore.OpenShared(folder))
            : throw new IOException($"{folder} is a data folder. Name a folder for the parts of a cluster.");
    }

    private sealed class PlaceOptions(string prefix, string noun)
    {
        private readonly Option<Uri?> _endpoint = new Option<Uri?>($"--{prefix}-endpoint")
        {
            Description = $"The address of the service of the {noun}, unless its SDK knows it.",
            HelpName = "url",
        }.Parse(
            static text => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null,
            text => $"--{prefix}-endpoint is '{text}'. It must be the address of a service, such as https://s3.example.org.");

        private readonly Option<string?> _region = new Option<string?>($"--{prefix}-region")
        {
            Description = $"The region of the {noun}.",
            HelpName = "region",
        }.RefuseEmpty();

        private readonly Option<string?> _profile = new Option<string?>($"--{prefix}-profile")
        {
            Description = $"The profile of the AWS CLI with the credentials of the {noun}.",
            HelpName = "name",
        }.RefuseEmpty();

        public IEnumerable<Option> All => [_endpoint, _region, _profile];

        /// <returns>Null if the place is a folder.</returns>
        public StorageAddress? AddressOf(string place, ParseResult parsed) => StorageAddress.TryParse(place) is { } address
            ? address with { Endpoint = parsed.GetValue(_endpoint), Region = parsed.GetValue(_region), Profile = parsed.GetValue(_profile) }
            : place.Contains("://", StringComparison.Ordinal)
                ? throw new IOException($"'{place}' is not a store. Name one of these: {StoreKinds}")
                : null;
    }
}
