using System.CommandLine;
using OrleansUploads.Cli.Demo;
using OrleansUploads.Cli.Keys;
using OrleansUploads.Cli.Serving;

var root = new RootCommand("A self-hosted service that speaks Amazon Glacier's vault API: one upload, one archive ID.")
{
    ServeCommand.Create(),
    KeysCommand.Create(),
    DemoCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
