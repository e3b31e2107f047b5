namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>What executes the requests for one operation: a method of a service.</summary>
/// <typeparam name="TCall">A request of the protocol.</typeparam>
internal sealed class Handler<TCall>
{
    private readonly Type _service;
    private readonly Func<IServiceProvider, TCall, ValueTask<FrontAnswer>> _run;

    private Handler(Type service, Func<IServiceProvider, TCall, ValueTask<FrontAnswer>> run) => (_service, _run) = (service, run);

    /// <summary>Creates a handler.</summary>
    public static Handler<TCall> Of<TService>(Func<TService, TCall, ValueTask<FrontAnswer>> run)
        where TService : notnull =>
        new(typeof(TService), (services, call) => run(services.GetRequiredService<TService>(), call));

    /// <summary>Executes a request.</summary>
    public ValueTask<FrontAnswer> RunAsync(IServiceProvider services, TCall call) => _run(services, call);

    /// <summary>Requires the services of all handlers, so that a missing one is an error at the start and not in a request.</summary>
    /// <returns>The same services.</returns>
    /// <exception cref="InvalidOperationException">A service is not registered.</exception>
    public static IServiceProvider Require(IServiceProvider services, IEnumerable<Handler<TCall>> handlers)
    {
        foreach (var handler in handlers)
        {
            services.GetRequiredService(handler._service);
        }

        return services;
    }
}
