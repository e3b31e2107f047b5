using OrleansUploads.Serving;
using OrleansUploads.Silo.Hosting;

RedirectedOutput.Install();
var commandLine = SiloCommandLine.Parse(args);
try
{
    return await SiloCommandLine.RunAsync(commandLine);
}
catch (Exception fault) when ((fault is SettingException or InterruptedException ? fault.Message : ClusterStores.FindRefusal(fault)) is { } message)
{
    await Console.Error.WriteLineAsync($"orleans-uploads-silo: {message}");
    return SiloCommandLine.FailureCodeOf(commandLine, isInterrupted: fault is InterruptedException);
}
