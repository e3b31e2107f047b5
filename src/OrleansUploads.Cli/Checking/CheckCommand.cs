using OrleansUploads.Cli.Serving;
using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Gateway.Checking;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Serving;
using OrleansUploads.Storage;

namespace OrleansUploads.Cli.Checking;

/// <summary><c>check</c>: compares the bytes in a data folder with its journal.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data(
            "The data folder. A server may be using it. If none is, no server can start on it until the check has ended.");
        var check = new CheckArguments();
        var parts = ServeOptions.OfParts();
        var command = new Command(
            "check",
            "Compare the bytes in a data folder with its journal. Exit codes: 0 if everything is sound, 1 if something is damaged, "
            + "2 if the check could not be completed.")
        {
            data,
        };
        check.AddTo(command);
        parts.AddTo(command);
        return command.Run((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(data).FullName,
            parts.Bind(parsed).PartsStore,
            check.Read(parsed),
            cancellationToken));
    }

    /// <summary>Checks a folder, and prints the result.</summary>
    /// <param name="address">Where its bytes are, or null if they are in the folder.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string folder, StorageAddress? address, bool isJson, CancellationToken cancellationToken) => RunAsync(
        folder,
        address,
        new CheckSettings(Deep: false, BytesPerSecond: null, ResumeFile: null, Json: isJson, ListOrphans: false, Quiet: true),
        cancellationToken);

    private static Task<int> RunAsync(
        string folder, StorageAddress? address, CheckSettings settings, CancellationToken cancellationToken) =>
        new CheckRun("orleans-uploads", settings, TimeProvider.System).RunAsync(
            async (options, checkAsync, token) =>
            {
                FileFault.RequireReadable(folder);
                using var store = address is null ? null : ObjectStores.OpenForReading(address);
                if (store is not null)
                {
                    await InspectedDataFolder.RequireMarkAsync(folder, store, token);
                }

                var keys = KeyFile.InFolder(folder);
                using var opened = DataFolderCheck.Open(
                    folder,
                    store,
                    options with { ReadKeys = () => CheckRun.FindDamage(keys, Path.GetFileName(keys.Path)) },
                    TimeProvider.System);
                await checkAsync(
                    opened.Check,
                    folder,
                    opened.IsOnline
                        ? "A server is using the folder. The check runs at the same time."
                        : "No server is using the folder. None can start on it until the check has ended.",
                    token);
            },
            cancellationToken);
}
