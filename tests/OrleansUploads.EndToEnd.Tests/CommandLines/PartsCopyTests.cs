namespace OrleansUploads.EndToEnd.Tests.CommandLines;

public sealed class PartsCopyTests : TestWithFolder
{
    [Fact]
    public async Task An_interrupted_copy_ends_at_once_with_one_line()
    {
        await using (var server = await ServerProcess.StartAsync(Folder.Data, "--quiet"))
        {
            using var client = server.Connect();
            await client.CreateVaultAsync("photos");
            await client.UploadInPartsAsync("photos", Archives.Bytes(Archives.MiB, seed: 1));
            await server.StopAsync();
        }

        // The part is written at once, and then the copy waits for a quarter of an hour.
        var target = Folder.File("copy");
        await using var copy = CommandLine.Start(["parts", "copy", Folder.Data, target, "--limit", "1KiB/s"]);
        await Eventually.BecomesTrueAsync(
            () => Directory.Exists(target) && Directory.EnumerateFiles(target, "*.part", SearchOption.AllDirectories).Any(), "a part is written");

        copy.Terminate();

        var exitCode = await copy.WaitForExitAsync(TimeSpan.FromMinutes(2));
        new CommandResult(exitCode, copy.Output, copy.Error).ExpectOneLine(130, "Interrupted.");
    }
}
