using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Azure;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Silo.Database;

/// <summary>Lets Orleans' own tables report faults in exceptions that every silo and client can read, because silos use the tables for each
/// other.</summary>
internal static class ReadableFaults
{
    /// <summary>Replaces the table that is registered.</summary>
    public static void MakeFaultsReadable<TTable>(this IServiceCollection services)
        where TTable : class
    {
        var registered = services.Last(static service => service.ServiceType == typeof(TTable) && !service.IsKeyedService);
        services.Replace(ServiceDescriptor.Singleton(provider => Table<TTable>.Around((TTable)(registered.ImplementationInstance
            ?? registered.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, registered.ImplementationType!)))));
    }

    private static OrleansException? Translate(Exception fault) => fault switch
    {
        PostgresException refused when PostgresRefusal.IsRolledBack(refused) => new StorageRefusedException(PostgresRefusal.Describe(refused)),
        DbException or RequestFailedException => new OrleansException(fault.Message),
        _ => null,
    };

    [SuppressMessage("Performance", "CA1852", Justification = "The class that DispatchProxy generates derives from it.")]
    private class Table<TTable> : DispatchProxy
        where TTable : class
    {
        private static readonly MethodInfo OfResultMethod =
            typeof(Table<TTable>).GetMethod(nameof(OfResultAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

        private TTable? _inner;

        public static TTable Around(TTable inner)
        {
            var table = Create<TTable, Table<TTable>>();
            ((Table<TTable>)(object)table)._inner = inner;
            return table;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var result = targetMethod!.Invoke(_inner, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
            return result is not Task task ? result
                : targetMethod.ReturnType.IsGenericType
                    ? OfResultMethod.MakeGenericMethod(targetMethod.ReturnType.GenericTypeArguments).Invoke(null, [task])
                    : OfTaskAsync(task);
        }

        private static async Task OfTaskAsync(Task call)
        {
            try
            {
                await call;
            }
            catch (Exception fault) when (Translate(fault) is { } readable)
            {
                throw readable;
            }
        }

        private static async Task<TResult> OfResultAsync<TResult>(Task<TResult> call)
        {
            await OfTaskAsync(call);
            return await call;
        }
    }
}
