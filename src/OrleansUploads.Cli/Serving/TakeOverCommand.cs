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
        parts.AddTo(command);
        var json = CommonOptions.Json();
        command.Add(json);
        command.Validators.Add(static result =>
        {
            if (result.GetResult("--parts") is null)
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
                parts.Bind(parsed).PartsStore!, cancellationToken);
            await using var folder = DataFolder.Open(path, new DataFolderOptions { Parts = store });
            await folder.TakeStoreAsync(takesOver: true, cancellationToken);
            new Printer(parsed.GetValue(json)).Result(
                new { store = store.Place, data = path }, $"{store.Place} is used by {path} now. Start its server.");
            return ExitCode.Done;
        });
    }
}
