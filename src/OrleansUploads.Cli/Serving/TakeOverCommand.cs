using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Storage;

namespace OrleansUploads.Cli.Serving;

/// <summary>The <c>take-over</c> command: gives an object store to a data folder that is a copy of the one which had it.</summary>
internal static class TakeOverCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data("The data folder that gets the store, such as a restored backup. No server may be using it.");
        var parts = ServeOptions.OfParts();
        var command = new Command(
            "take-over",
            "Give an object store to a data folder that replaces the one which used it, after a restore. The former server must never run "
            + "again: it stores and deletes nothing more in the store.")
        {
            data,
        };
        foreach (var option in parts.Values)
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            ServeOptions.Validate(result, parts);
            if (!result.Errors.Any() && ServeOptions.Bind(parts, result.GetValueIfValid).Parts is null)
            {
                result.AddError("--parts is missing. A folder that contains its bytes needs no take-over.");
            }
        });
        return command.Run(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(data).FullName;
            if (!DataFolder.Exists(path))
            {
                throw new IOException($"{path} is not a data folder. Name the restored one with --data.");
            }

            using var store = await ObjectStores.OpenAsync(
                ServeOptions.Bind(parts, parsed.GetValue).PartsStore!, cancellationToken);
            await using var folder = DataFolder.Open(path, new DataFolderOptions { Parts = store });
            await folder.TakeStoreAsync(takesOver: true, cancellationToken);
            Console.WriteLine($"{store.Place} is used by {path} now. Start its server.");
            return ExitCode.Done;
        });
    }
}
