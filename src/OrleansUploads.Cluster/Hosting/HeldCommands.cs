using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Counts the commands that a gateway holds.</summary>
internal sealed class HeldCommands(FailoverOptions options)
{
    private readonly Lock _gate = new();
    private int _commands;
    private long _bytes;

    /// <summary>Adds a command.</summary>
    /// <returns>False if it does not fit, so that it must not be held.</returns>
    public bool TryAdd(long bytes)
    {
        lock (_gate)
        {
            if (_commands >= options.MaxCommands || _bytes + bytes > options.MaxBytes)
            {
                return false;
            }

            _commands++;
            _bytes += bytes;
            return true;
        }
    }

    /// <summary>Removes a command.</summary>
    public void Remove(long bytes)
    {
        lock (_gate)
        {
            _commands--;
            _bytes -= bytes;
        }
    }
}
