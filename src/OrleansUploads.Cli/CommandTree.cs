using System.CommandLine.Help;
using OrleansUploads.Cli.Archives;
using OrleansUploads.Cli.Checking;
using OrleansUploads.Cli.Control;
using OrleansUploads.Cli.Demo;
using OrleansUploads.Cli.Jobs;
using OrleansUploads.Cli.Keys;
using OrleansUploads.Cli.Parts;
using OrleansUploads.Cli.Serving;
using OrleansUploads.Cli.Transfers;
using OrleansUploads.Cli.Vaults;

namespace OrleansUploads.Cli;

internal static class CommandTree
{
    public static RootCommand Create()
    {
        var root = new RootCommand(
            "A self-hosted service for large uploads, with Amazon Glacier's vault API and S3; and a client for vaults.")
        {
            ServeCommand.Create(),
            DemoCommand.Create(),
            ManageVaultsCommand.Create(),
            UploadFilesCommand.Create(),
            DownloadCommand.Create(),
            ArchiveCommand.Create(),
            UploadsCommand.Create(),
            JobCommand.Create(),
            TreeHashCommand.Create(),
            KeysCommand.Create(),
            CheckCommand.Create(),
            ControlCommand.CreateClock(),
            BackupCommand.Create(),
            TakeOverCommand.Create(),
            PartsCommand.Create(),
            CompletionCommand.Create(),
            ManCommand.Create(),
        };
        foreach (var alias in (string[])["/?", "/h", "-?"])
        {
            // Shells would offer them for each word.
            root.Options.OfType<HelpOption>().Single().Aliases.Remove(alias);
        }

        root.RequireValues();
        HelpExamples.AddTo(root);
        ProgramVersion.AddTo(root);
        return root;
    }

    /// <summary>Parses the words of a command line. No word at all, and the words <c>help</c> and <c>version</c>, stand for the options that
    /// answer.</summary>
    public static ParseResult ParseWords(this RootCommand root, string[] words) => root.Parse(
        words switch
        {
            [] => ["--help"],
            ["help", .. var command] => [.. command, "--help"],
            ["version"] => ["--version"],
            _ => words,
        },

        // IDs may begin with a hyphen, so what looks like several short options is one argument.
        new ParserConfiguration { EnablePosixBundling = false });
}
