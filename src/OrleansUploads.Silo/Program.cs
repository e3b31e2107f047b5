using OrleansUploads.Silo.Hosting;

var commandLine = SiloCommandLine.Parse(args);
try
{
    return await SiloCommandLine.RunAsync(commandLine);
}
catch (SettingException fault)
{
    await Console.Error.WriteLineAsync($"orleans-uploads-silo: {fault.Message}");
    return SiloCommandLine.FailureCodeOf(commandLine);
}
