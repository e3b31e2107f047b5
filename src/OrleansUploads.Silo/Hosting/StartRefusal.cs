using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Silo.Hosting;

/// <summary>Ends the log of a silo whose start is refused. The process says in one sentence why, and Orleans and the host would each log the
/// stack of the same exception.</summary>
internal sealed class StartRefusal
{
    private volatile bool _isKnown;

    /// <summary>Makes the log of a process end with a refusal.</summary>
    public void EndLog(ILoggingBuilder logging) => logging.Services.PostConfigure<LoggerFilterOptions>(filter =>
    {
        // What no other rule is about.
        filter.Rules.Insert(0, new LoggerFilterRule(providerName: null, categoryName: null, filter.MinLevel, filter: null));
        for (var i = 0; i < filter.Rules.Count; i++)
        {
            var rule = filter.Rules[i];
            filter.Rules[i] = new LoggerFilterRule(
                rule.ProviderName,
                rule.CategoryName,
                rule.LogLevel,
                (provider, category, level) => !_isKnown && rule.Filter?.Invoke(provider, category, level) != false);
        }
    });

    public async Task RunAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception fault) when (fault is StoreMarkException or StoreOwnedException or SettingException)
        {
            _isKnown = true;
            throw;
        }
    }
}
