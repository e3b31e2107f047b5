using System.CommandLine;
namespace OrleansUploads.Cli.Demo;
internal static class DemoCommand { public static Command Create() => new("demo", "x"); }
