using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Counts the requests that a server is processing. A request may end shortly after the last byte of its
/// answer.</summary>
internal sealed class RequestsInside : IStartupFilter
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(CountAsync);
        next(app);
    };

    public Task WaitForNoneAsync()
    {
        lock (_gate)
        {
            return _count == 0 ? Task.CompletedTask : _idle.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }
    }

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        lock (_gate)
        {
            _count++;
        }

        try
        {
            await next(context);
        }
        finally
        {
            lock (_gate)
            {
                if (--_count == 0)
                {
                    _idle.SetResult();
                    _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
    }
}
