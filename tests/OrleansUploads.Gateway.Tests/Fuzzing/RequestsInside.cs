using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Tracks the requests that a server is processing. A request may end shortly after the last byte of its answer.</summary>
internal sealed class RequestsInside : IStartupFilter
{
    private readonly ConcurrentQueue<Task> _requests = new();

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, process) =>
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _requests.Enqueue(ended.Task);
            try
            {
                await process(context);
            }
            finally
            {
                ended.SetResult();
            }
        });
        next(app);
    };

    public async Task WaitForNoneAsync()
    {
        while (_requests.TryDequeue(out var request))
        {
            await request.WaitAsync(TimeSpan.FromMinutes(1));
        }
    }
}
